using System.Collections.Concurrent;
using Holdfast.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>What a restore reported that it waits for.</summary>
/// <param name="then">Done once, when it first waits.</param>
internal sealed class SeenProgress(Func<Task>? then = null) : IProgress<RestoreProgress>
{
    private int done;

    public ConcurrentQueue<string> Waits { get; } = new();

    public void Report(RestoreProgress value)
    {
        if (value.Waiting is null)
            return;
        Waits.Enqueue(value.Waiting);
        if (then is not null && Interlocked.Exchange(ref done, 1) == 0)
            then().GetAwaiter().GetResult();
    }
}
