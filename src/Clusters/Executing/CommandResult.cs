namespace Holdfast.Clusters.Executing;

/// <summary>How a command in a container ended.</summary>
/// <param name="ExitCode">Null: it didn't end in time, or it couldn't be started, or how it ended isn't known.</param>
/// <param name="Error">What the server says of a command without an exit code; null if it ended by itself or was too slow.</param>
/// <param name="TimedOut">It didn't end in time. It may still be running: Kubernetes has no way to end it.</param>
public sealed record CommandResult(int? ExitCode, string? Error, bool TimedOut, CommandOutput Output);

/// <summary>The beginning of what a command wrote, as the container sent it: it may hold secrets and control characters.</summary>
/// <param name="DroppedBytes">How much more came than the <see cref="KeptBytes"/> that are kept.</param>
public sealed record CommandOutput(string Stdout, string Stderr, long DroppedBytes)
{
    /// <summary>The most that is kept of both together.</summary>
    public const int KeptBytes = 64 << 10;

    /// <summary>Never the output.</summary>
    public override string ToString() => nameof(CommandOutput);
}
