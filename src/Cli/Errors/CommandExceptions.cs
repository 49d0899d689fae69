using System.Collections.Immutable;
using Holdfast.Orchestrations.Failures;

namespace Holdfast.Cli.Errors;

/// <summary>The command line asks for something that can't be: exit code 2, nothing was begun.</summary>
internal sealed class UsageException(string message) : Exception(message)
{
    public UsageException(ImmutableArray<string> problems)
        : this(string.Join("; ", problems)) => Problems = problems;

    /// <summary>All that is wrong, each by itself; empty where the message is about one thing.</summary>
    public ImmutableArray<string> Problems { get; } = [];
}

/// <summary>A verb can't do what it was asked to, for a reason of its own: exit code 1.</summary>
internal sealed class FailedException(string message) : Exception(message);

/// <summary>A run in this process has failed, as its report says.</summary>
internal sealed class RunFailedException(Failure failure) : Exception(failure.Message, failure.Cause)
{
    public Failure Failure { get; } = failure;
}
