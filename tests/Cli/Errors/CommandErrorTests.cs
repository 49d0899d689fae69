using Holdfast.Cli.Errors;
using Holdfast.Orchestrations.Failures;

namespace Holdfast.Cli.Tests.Errors;

public sealed class CommandErrorTests
{
    [Theory]
    [InlineData(FailureCode.Engine, "bug"), InlineData(FailureCode.Lost, "bug"), InlineData(nameof(IOException), "files")]
    public void What_only_an_engine_could_cause_is_a_bug_of_the_command_line(string code, string kind) =>
        Assert.Equal(kind, CommandError.Of(new RunFailedException(new(FailureSide.Cloud, code, "it ended")), "capture").Kind);
}
