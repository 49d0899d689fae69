using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>Some of a fleet's clusters.</summary>
/// <param name="Order">With this node's share of what the fleet does at once.</param>
internal sealed record FleetShare(FleetNode Order, DateTimeOffset StartedAt, int Node, int Nodes);

/// <summary>
/// Captures a hundred clusters at most, several at once, each for itself: a node of a fleet's tree, since the cost of a history grows
/// with its events.
/// </summary>
internal sealed class CaptureSome : TaskOrchestrator<FleetShare, FleetCounts>
{
    public const string Name = nameof(CaptureSome);

    /// <summary>Children of a node.</summary>
    public const int Most = 100;

    public override async Task<FleetCounts> RunAsync(TaskOrchestrationContext context, FleetShare share)
    {
        var counts = new FleetCounts();
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var subject = new ShareSubject(share.Order.Run, share.Node, share.Nodes);
        var mine = await context.CallActivityAsync<ShareClusters>(TakeShare.Name, subject, Retries.Of(share.Order.Attempts));
        await CaptureAsync(
            context,
            share with
            {
                Order = share.Order with { Clusters = mine.Clusters },
            },
            cancelled,
            done => counts = done(counts)
        );
        return counts;
    }

    /// <summary>
    /// Captures the clusters of the share as part of the calling orchestrator. Those that haven't begun when it is cancelled don't.
    /// </summary>
    public static Task CaptureAsync(
        TaskOrchestrationContext context,
        FleetShare share,
        Task cancelled,
        Action<Func<FleetCounts, FleetCounts>> done
    )
    {
        var waiting = new Queue<(ClusterName Cluster, TimeSpan Delay)>(
            share
                .Order.Clusters.Select(cluster =>
                    (cluster, ScheduleEvaluation.Jitter(share.Order.Policy ?? "", share.Order.Jitter, cluster))
                )
                .OrderBy(late => late.Item2)
        );
        return Task.WhenAll(
            Enumerable.Range(0, Math.Clamp(share.Order.Concurrency, 1, Math.Max(1, waiting.Count))).Select(_ => LaneAsync())
        );

        async Task LaneAsync()
        {
            while (!cancelled.IsCompleted && waiting.TryDequeue(out var next))
            {
                await UntilAsync(context, share.StartedAt + next.Delay, cancelled);
                if (!cancelled.IsCompleted)
                    done(await OneAsync(context, share.Order, next.Cluster));
            }
        }
    }

    private static async Task UntilAsync(TaskOrchestrationContext context, DateTimeOffset start, Task cancelled)
    {
        if (start.UtcDateTime <= context.CurrentUtcDateTime)
            return;
        using var over = new CancellationTokenSource();
        await Task.WhenAny(context.CreateTimer(start.UtcDateTime, over.Token), cancelled);
        over.Cancel();
    }

    private static async Task<Func<FleetCounts, FleetCounts>> OneAsync(
        TaskOrchestrationContext context,
        FleetNode fleet,
        ClusterName cluster
    )
    {
        var order = fleet.PartOf(cluster);
        try
        {
            var result = await context.CallSubOrchestratorAsync<RunResult>(
                Orchestrators.Capture,
                order,
                new SubOrchestrationOptions(instanceId: order.Run.ToString())
            );
            return counts => counts.With(result);
        }
        catch (TaskFailedException e)
        {
            return counts => counts.With(cluster, order.Run, Failure.Of(e).Message);
        }
    }
}
