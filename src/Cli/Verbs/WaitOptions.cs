using System.CommandLine;
using Holdfast.Cli.Errors;
using Holdfast.Cli.Invoking;
using Holdfast.Control.Hooks;
using Holdfast.Restore;

namespace Holdfast.Cli.Verbs;

/// <summary>Whether a restore waits for what it wrote: the same options for <c>plan</c> and <c>restore</c>.</summary>
internal sealed class WaitOptions
{
    private readonly Option<bool> wait = new("--wait")
    {
        Description = "When all is written, wait until workloads, claims, jobs and custom resources are ready (10 minutes at most)",
    };
    private readonly Option<string?> limit = new("--wait-limit")
    {
        HelpName = "DURATION",
        Description = "Wait, and for so long at most: 90s, 30m, 2h",
    };

    public IEnumerable<Option> All => [wait, limit];

    /// <returns>Null: it doesn't wait.</returns>
    /// <exception cref="UsageException">A duration that isn't one.</exception>
    public int? Seconds(Invocation invocation)
    {
        if (invocation.Get(limit) is not { } text)
            return invocation.Get(wait) ? RestoreRequest.DefaultWaitSeconds : null;
        return GoDuration.TryParse(text) is { TotalSeconds: >= 1 } duration
            ? (int)duration.TotalSeconds
            : throw new UsageException($"--wait-limit '{text}' isn't a duration between 1s and 24h, like 90s, 30m or 2h");
    }
}
