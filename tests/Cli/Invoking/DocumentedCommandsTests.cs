using System.Runtime.CompilerServices;

namespace Holdfast.Cli.Tests.Invoking;

public sealed class DocumentedCommandsTests
{
    public static TheoryData<string> Commands => [.. Lines("README.md")];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_of_the_readme_is_one_that_the_program_takes(string command)
    {
        var words = ShellWords.Of(command)[1..];

        Assert.Empty(CommandLine.For(words).Root.Parse(words).Errors);
    }

    [Fact]
    public void The_readme_has_commands() => Assert.True(Lines("README.md").Count() > 10);

    private static IEnumerable<string> Lines(string file, [CallerFilePath] string here = "") =>
        File.ReadLines(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", file))
            .Select(line => line.Split('#')[0].Trim())
            .Where(line => line.StartsWith("./holdfast ", StringComparison.Ordinal));
}
