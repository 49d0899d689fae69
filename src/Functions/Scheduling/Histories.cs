using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Scheduling;

/// <summary>
/// Purges orchestrations that finished and were started long ago; otherwise the engine's tables would grow forever. Reports and the audit
/// stay.
/// </summary>
internal static class Histories
{
    /// <summary>How long after it was started a finished orchestration is kept: long enough to look into what went wrong.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    /// <summary>So that a timer's turn stays short; the next one continues.</summary>
    private const int MostATurn = 2000;

    private static readonly OrchestrationRuntimeStatus[] Finished =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
    ];

    public static async Task PurgeAsync(DurableTaskClient engine, DateTimeOffset before, CancellationToken cancellation)
    {
        var ended = new List<string>();
        var query = new OrchestrationQuery { Statuses = Finished, CreatedTo = before };
        await foreach (var instance in engine.GetAllInstancesAsync(query).WithCancellation(cancellation))
        {
            ended.Add(instance.InstanceId);
            if (ended.Count == MostATurn)
                break;
        }
        await OneByOne.DoAsync(ended.ToAsyncEnumerable(), instance => engine.PurgeInstanceAsync(instance, cancellation), cancellation);
    }
}
