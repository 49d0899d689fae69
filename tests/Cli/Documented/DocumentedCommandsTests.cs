using System.Text.RegularExpressions;
using Holdfast.Cli.Invoking;
using Holdfast.Cli.Tests.Invoking;

namespace Holdfast.Cli.Tests.Documented;

/// <summary>
/// Every shell block of the documents says what executes it: nothing (<see cref="ExecutedCommandsTests"/> does), <c>azure</c> (it needs
/// Azure, or its tools), or the name of another test.
/// </summary>
public sealed partial class DocumentedCommandsTests
{
    public static TheoryData<string> Documents => [.. DocumentedBlock.Documents];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_shell_block_is_executed_needs_azure_or_names_a_test_that_exists(string document)
    {
        foreach (var block in DocumentedBlock.AllOf(document).Where(b => b.IsShell && b.Executor is not ("" or "azure")))
            Assert.True(
                Directory
                    .EnumerateFiles(Path.Combine(DocumentedBlock.Root, "tests"), $"{block.Executor}.cs", SearchOption.AllDirectories)
                    .Any(),
                $"{document}:{block.Line}: there is no test {block.Executor}"
            );
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_of_a_block_is_a_command_line_that_the_program_takes(string document)
    {
        foreach (var line in Commands(document))
        {
            var words = ShellWords.Of(line)[1..];
            var errors = CommandLine.For(words).Root.Parse(words).Errors;
            Assert.True(errors.Count == 0, $"{document}: {line}: {string.Join("; ", errors)}");
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_command_within_the_text_has_verbs_and_options_that_there_are(string document)
    {
        foreach (Match match in Inline().Matches(File.ReadAllText(Path.Combine(DocumentedBlock.Root, document))))
        {
            var line = match.Groups["command"].Value.ReplaceLineEndings(" ").Split(" | ")[0];
            var words = ShellWords.Of(line)[1..].TakeWhile(w => w is not ("VERB" or "...")).ToArray();
            if (words.Length == 0)
                continue;
            var parsed = CommandLine.For(words).Root.Parse(words);
            Assert.True(parsed.CommandResult.Command is Verb || words.Length == 1, $"{document}: `{line}` names no verb");
            var unknown = parsed.UnmatchedTokens.Where(t => t.StartsWith('-') && !t.EndsWith("...", StringComparison.Ordinal)).ToArray();
            Assert.True(unknown.Length == 0, $"{document}: `{line}` has {string.Join(", ", unknown)}");
        }
    }

    [Fact]
    public void There_are_commands_to_check() => Assert.True(DocumentedBlock.Documents.Sum(d => Commands(d).Count()) > 25);

    /// <summary>Of fenced and of set-in blocks: without comments, redirections and what follows in a pipe.</summary>
    private static IEnumerable<string> Commands(string document) =>
        Continued()
            .Replace(File.ReadAllText(Path.Combine(DocumentedBlock.Root, document)), " ")
            .Split('\n')
            .Select(line => Ending().Split(line)[0].Trim())
            .Where(line => Program().IsMatch(line));

    [GeneratedRegex(@"\s*\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"\s+(#|\||>|&&)")]
    private static partial Regex Ending();

    [GeneratedRegex(@"^(\./)?holdfast [a-z]")]
    private static partial Regex Program();

    [GeneratedRegex(@"(?<!`)`(?<command>(\./)?holdfast [^`]+)`(?!`)", RegexOptions.ExplicitCapture)]
    private static partial Regex Inline();
}
