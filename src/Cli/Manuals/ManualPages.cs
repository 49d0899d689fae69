using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Configuration;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Manuals;

/// <summary>
/// The manual as pages for <c>man</c>: of the program, and of each verb. Their source is the same as that of <c>--help</c>.
/// </summary>
internal static class ManualPages
{
    private const string Program = "holdfast";

    /// <summary>By the names of their files.</summary>
    public static IEnumerable<(string File, string Text)> Of(RootCommand root, string version)
    {
        Verb[] verbs = [.. VerbsOf(root)];
        yield return ($"{Program}.1", OfProgram(root, verbs, version));
        foreach (var verb in verbs)
            yield return ($"{NameOf(verb)}.1", OfVerb(root, verb, version));
    }

    private static IEnumerable<Verb> VerbsOf(Command command) =>
        command.Subcommands.Where(c => !c.Hidden).SelectMany(c => VerbsOf(c).Concat(c is Verb verb ? [verb] : []));

    private static string OfProgram(RootCommand root, Verb[] verbs, string version)
    {
        var page = new Roff(Program, version);
        Begin(page, Program, root.Description!);
        page.Synopsis(Program, "VERB [ARGUMENTS] [OPTIONS]");
        page.Section("VERBS");
        foreach (var verb in verbs)
            page.Entry(PathOf(verb), null, $"{verb.Description}. See {NameOf(verb)}(1)");
        page.Section("OPTIONS");
        foreach (var option in root.Options.Where(o => !o.Hidden))
            Write(page, option);
        page.Section("CONFIGURATION");
        page.Paragraph(
            "Each setting is taken from the option, else from the environment, else from the configuration file, else it has its default. "
                + "The file is ~/.config/holdfast/config.yaml, in YAML; it has no secrets. `holdfast config show` prints each value and "
                + "where it comes from."
        );
        foreach (var setting in Setting.All)
            page.Entry(
                setting.Member,
                null,
                $"{string.Join(", ", setting.Variables)}{(setting.Option is null ? "" : $", {setting.Option}")}"
            );
        WriteExitCodes(page);
        page.Section("SEE ALSO");
        page.Pages(verbs.Select(NameOf));
        return page.ToString();
    }

    private static string OfVerb(RootCommand root, Verb verb, string version)
    {
        var page = new Roff(NameOf(verb), version);
        Begin(page, NameOf(verb), verb.Description!);
        page.Synopsis($"{Program} {PathOf(verb)}", string.Join(' ', verb.Arguments.Select(Form).Append("[OPTIONS]")));
        if (verb.Arguments.Count > 0)
            page.Section("ARGUMENTS");
        foreach (var argument in verb.Arguments)
            page.Entry(argument.Name, null, argument.Description ?? "");
        page.Section("OPTIONS");
        foreach (var option in verb.Options.Concat(root.Options).Where(o => !o.Hidden))
            Write(page, option);
        page.Section("EXAMPLES");
        foreach (var example in verb.Examples)
            page.Example(example.What, example.Line);
        WriteExitCodes(page);
        page.Section("SEE ALSO");
        page.Pages([Program]);
        return page.ToString();
    }

    private static void Begin(Roff page, string name, string description)
    {
        page.Section("NAME");
        page.Name(name, description);
        page.Section("SYNOPSIS");
    }

    private static void Write(Roff page, Option option) =>
        page.Entry(
            string.Join(", ", option.Aliases.Where(a => a.StartsWith('-')).Order(StringComparer.Ordinal).Append(option.Name)),
            option.Arity.MaximumNumberOfValues == 0 || option.ValueType == typeof(bool) ? null : option.HelpName,
            option.Description ?? ""
        );

    private static void WriteExitCodes(Roff page)
    {
        page.Section("EXIT STATUS");
        foreach (var (code, meaning) in ExitCodes.Meanings)
            page.Entry(((int)code).ToString(CultureInfo.InvariantCulture), null, meaning);
    }

    private static string Form(Argument argument) =>
        (argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name)
        + (argument.Arity.MaximumNumberOfValues > 2 ? "..." : "");

    private static string NameOf(Verb verb) => $"{Program}-{PathOf(verb).Replace(' ', '-')}";

    private static string PathOf(Command verb) =>
        verb.Parents.OfType<Command>().Single() is { } parent and not RootCommand ? $"{PathOf(parent)} {verb.Name}" : verb.Name;
}
