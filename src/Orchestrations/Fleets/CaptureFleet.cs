using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>
/// Captures several clusters, each for itself and under a run of its own, a bounded number at once; then reports on all of them. What one
/// does never fails another.
/// </summary>
internal sealed class CaptureFleet : TaskOrchestrator<FleetOrderRef, RunResult>
{
    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, FleetOrderRef order)
    {
        var startedAt = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var fleet = await SettledAsync(context, order);
        var status = new FleetStatus(context, fleet, startedAt);
        status.Show();
        var captures = CaptureAsync(context, fleet, startedAt, cancelled, status.Update);
        await Task.WhenAny(captures, cancelled);
        if (!captures.IsCompleted)
            await StopAsync(context, fleet, status, await cancelled);
        await captures;
        var end = new FleetEnd(
            fleet.Order.Reference(),
            startedAt,
            new(context.CurrentUtcDateTime, TimeSpan.Zero),
            status.Counts,
            cancelled.IsCompleted ? await cancelled : null
        );
        return await context.CallActivityAsync<RunResult>(EndFleet.Name, end, Retries.OfEnd(order.Attempts));
    }

    /// <summary>A fleet that can't be looked up has no clusters, and its report says why.</summary>
    private static async Task<FleetSize> SettledAsync(TaskOrchestrationContext context, FleetOrderRef order)
    {
        try
        {
            return await context.CallActivityAsync<FleetSize>(SettleFleet.Name, order, Retries.Of(order.Attempts));
        }
        catch (TaskFailedException e)
        {
            return new(new FleetNode(order) { Note = Failure.Of(e).Message }, 0);
        }
    }

    private static Task CaptureAsync(
        TaskOrchestrationContext context,
        FleetSize fleet,
        DateTimeOffset startedAt,
        Task cancelled,
        Action<Func<FleetCounts, FleetCounts>> done
    ) =>
        fleet.Nodes <= 1
            ? CaptureSome.CaptureAsync(context, new(fleet.Order, startedAt, 0, 1), cancelled, done)
            : Task.WhenAll(Enumerable.Range(0, fleet.Nodes).Select(node => NodeAsync(context, Share(fleet, startedAt, node), done)));

    /// <summary>The clusters that are captured at once are shared out evenly.</summary>
    private static FleetShare Share(FleetSize fleet, DateTimeOffset startedAt, int node)
    {
        var lanes = Math.Max(fleet.Order.Concurrency, fleet.Nodes);
        return new(
            fleet.Order with
            {
                Concurrency = (lanes / fleet.Nodes) + (node < lanes % fleet.Nodes ? 1 : 0),
            },
            startedAt,
            node,
            fleet.Nodes
        );
    }

    private static async Task NodeAsync(TaskOrchestrationContext context, FleetShare share, Action<Func<FleetCounts, FleetCounts>> done)
    {
        try
        {
            var node = await context.CallSubOrchestratorAsync<FleetCounts>(
                CaptureSome.Name,
                share,
                new SubOrchestrationOptions(instanceId: NodeId(share.Order.Run, share.Node))
            );
            done(counts => counts.With(node));
        }
        catch (TaskFailedException e)
        {
            // its clusters have reports of their own, or are reported as lost at the end
            done(counts => counts with { Trouble = counts.Trouble ?? RunResult.Cut(Failure.Of(e).Message) });
        }
    }

    private static async Task StopAsync(TaskOrchestrationContext context, FleetSize fleet, FleetStatus status, Cancellation cancelled)
    {
        status.Cancelling();
        for (var node = 0; fleet.Nodes > 1 && node < fleet.Nodes; node++)
            context.SendEvent(NodeId(fleet.Order.Run, node), RunEvents.Cancel, cancelled);
        await StopRun.CallAsync(context, fleet.Order.Run, cancelled, fleet.Order.Attempts);
    }

    private static string NodeId(RunId run, int number) => $"{run}.node.{number}";
}
