using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;

namespace Holdfast.Cli.Tests.Invoking;

public sealed partial class DocumentedOptionsTests
{
    private static readonly string Document = File.ReadAllText(Path.Combine(Root(), "docs", "cli.md"));

    public static TheoryData<string> Verbs => [.. AllVerbs(CommandLine.Whole().Root).Select(PathOf)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void The_manual_lists_the_options_that_the_parser_takes_and_no_others(string path)
    {
        var verb = AllVerbs(CommandLine.Whole().Root).Single(v => PathOf(v) == path);

        Assert.Equal(verb.Options.Select(o => o.Name).Order(), Documented(Section($"### holdfast {path}")));
    }

    [Fact]
    public void The_manual_lists_the_common_options()
    {
        var common = new CommonOptions().All.Select(o => o.Name);

        Assert.Equal(common.Order(), Documented(Section("## Common options")));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_verb_has_examples_and_prints_json(string path)
    {
        var verb = AllVerbs(CommandLine.Whole().Root).Single(v => PathOf(v) == path);

        Assert.NotEmpty(verb.Examples);
        Assert.All(verb.Examples, e => Assert.StartsWith($"holdfast {path}", e.Line));
        Assert.Contains("json", verb.Formats);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Every_example_of_a_verb_is_a_command_line_that_it_takes(string path)
    {
        var verb = AllVerbs(CommandLine.Whole().Root).Single(v => PathOf(v) == path);

        foreach (var line in verb.Examples.SelectMany(e => e.Line.Split(" && ")).Select(l => l.Split(" | ")[0].Split(" >")[0]))
        {
            var words = ShellWords.Of(line)[1..];
            Assert.Empty(CommandLine.For(words).Root.Parse(words).Errors);
        }
    }

    [Fact]
    public void The_manual_lists_the_exit_codes()
    {
        var codes = Enum.GetValues<ExitCode>().Select(c => (int)c);

        Assert.Equal(codes, CodeRow().Matches(Section("## Exit codes")).Select(m => int.Parse(m.Groups["code"].Value)));
    }

    private static IEnumerable<Verb> AllVerbs(Command command) =>
        command.Subcommands.Where(c => !c.Hidden).SelectMany(c => AllVerbs(c).Concat(c is Verb verb ? [verb] : []));

    private static string PathOf(Verb verb) =>
        verb.Parents.OfType<Command>().Single() is RootCommand ? verb.Name : $"{verb.Parents.Single().Name} {verb.Name}";

    /// <summary>From a heading to the next one of its level or above.</summary>
    private static string Section(string heading)
    {
        var start = Document.IndexOf($"{heading}\n", StringComparison.Ordinal);
        Assert.True(start >= 0, $"docs/cli.md has no section '{heading}'");
        var body = Document[(start + heading.Length)..];
        var end = AnyHeading().Match(body);
        return end.Success ? body[..end.Index] : body;
    }

    /// <summary>The first column of its table of options: <c>| `--name`, `-n` NS | ... |</c>.</summary>
    private static IEnumerable<string> Documented(string section) =>
        OptionRow().Matches(section).Select(m => m.Groups["name"].Value).Order();

    private static string Root([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));

    [GeneratedRegex(@"^\| `(?<name>--[a-z-]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex OptionRow();

    [GeneratedRegex(@"^\| (?<code>\d+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeRow();

    [GeneratedRegex(@"^##+ ", RegexOptions.Multiline)]
    private static partial Regex AnyHeading();
}
