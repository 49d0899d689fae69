using System.CommandLine;
using System.CommandLine.Help;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Output;

namespace Holdfast.Cli;

/// <summary>What is answered when no verb runs: help, the version, or what is wrong with the command line.</summary>
internal static class Explanation
{
    private static string OfExitCodes =>
        $"Exit codes:{Environment.NewLine}  {string.Join("   ", ExitCodes.Meanings.Select(m => $"{(int)m.Code} {m.Meaning}"))}";

    public static ExitCode Give(CommandLine line, ParseResult parsed, string[] arguments, Screen screen)
    {
        if (arguments.Length == 0)
        {
            Screen.Lines(Help(line.Root.Parse("--help")), screen.ErrorLine);
            return ExitCode.Usage;
        }
        if (parsed.Action is HelpAction)
        {
            Screen.Lines(Help(parsed), text => screen.Line(text));
            return ExitCode.Done;
        }
        if (parsed.Errors.Count == 0 && parsed.Action is { } action && parsed.CommandResult.Command is RootCommand)
            return (ExitCode)parsed.Invoke();
        return Wrong(parsed, arguments, screen);
    }

    private static ExitCode Wrong(ParseResult parsed, string[] arguments, Screen screen)
    {
        var path = Path(parsed.CommandResult.Command);
        var message = Message(parsed);
        var json =
            arguments.Any(a => a is "-o=json" or "--output=json" or "-ojson")
            || arguments.SkipWhile(a => a is not ("-o" or "--output")).Skip(1).FirstOrDefault() == "json";
        return new CommandError("usage", ExitCode.Usage, message, $"`{path} --help` shows what it takes").Print(screen, json);
    }

    private static string Message(ParseResult parsed)
    {
        if (parsed.CommandResult.Command is Verb)
            return string.Join("; ", parsed.Errors.Select(e => e.Message.TrimEnd('.')));
        var verbs = string.Join(", ", parsed.CommandResult.Command.Subcommands.Select(c => c.Name));
        return parsed.UnmatchedTokens is [var unknown, ..]
            ? $"there is no verb '{unknown}': use {verbs}"
            : $"a verb is missing: use {verbs}";
    }

    private static string Help(ParseResult parsed)
    {
        var text = new StringWriter();
        parsed.InvocationConfiguration.Output = text;
        if (parsed.Action is HelpAction help)
            help.MaxWidth = 120;
        parsed.Invoke();
        if (parsed.CommandResult.Command is Verb verb)
        {
            text.WriteLine("Examples:");
            foreach (var example in verb.Examples)
                text.WriteLine($"  # {example.What}{Environment.NewLine}  {example.Line}");
            text.WriteLine();
        }
        text.Write(OfExitCodes);
        return text.ToString();
    }

    private static string Path(Symbol command)
    {
        var names = new List<string>();
        for (var symbol = command; symbol is not (null or RootCommand); symbol = symbol.Parents.FirstOrDefault())
            names.Insert(0, symbol.Name);
        return string.Join(' ', names.Prepend("holdfast"));
    }
}
