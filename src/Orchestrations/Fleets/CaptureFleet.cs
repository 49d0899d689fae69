using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>
/// Captures several clusters, each for itself and under a run of its own, a bounded number at once; then tells of all of them. What one
/// does never fails another.
/// </summary>
internal sealed class CaptureFleet : TaskOrchestrator<FleetOrder, RunResult>
{
    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, FleetOrder order)
    {
        var startedAt = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var fleet = await SettledAsync(context, order);
        var tally = new FleetTally(context, fleet, startedAt);
        tally.Show();
        var captures = CaptureAsync(context, fleet, startedAt, cancelled, tally.Count);
        await Task.WhenAny(captures, cancelled);
        if (!captures.IsCompleted)
            await StopAsync(context, fleet, tally, await cancelled);
        await captures;
        var end = new FleetEnd(
            fleet.Order with
            {
                Clusters = [],
            },
            startedAt,
            new(context.CurrentUtcDateTime, TimeSpan.Zero),
            tally.Totals,
            cancelled.IsCompleted ? await cancelled : null
        );
        return await context.CallActivityAsync<RunResult>(EndFleet.Name, end, Attempts.OfEnd(order.Attempts));
    }

    /// <summary>What can't be looked up is a fleet of nobody, whose report says why.</summary>
    private static async Task<FleetSize> SettledAsync(TaskOrchestrationContext context, FleetOrder order)
    {
        try
        {
            return await context.CallActivityAsync<FleetSize>(SettleFleet.Name, order, Attempts.Of(order.Attempts));
        }
        catch (TaskFailedException e)
        {
            return new(order.Brief() with { Note = RunResult.Cut(RunFailures.Of(e).Message) }, 0);
        }
    }

    private static Task CaptureAsync(
        TaskOrchestrationContext context,
        FleetSize fleet,
        DateTimeOffset startedAt,
        Task cancelled,
        Action<Func<FleetTotals, FleetTotals>> done
    ) =>
        fleet.Nodes <= 1
            ? CaptureSome.CaptureAsync(context, new(fleet.Order, startedAt, 0, 1), cancelled, done)
            : Task.WhenAll(Enumerable.Range(0, fleet.Nodes).Select(node => NodeAsync(context, Share(fleet, startedAt, node), done)));

    /// <summary>What is done at once is shared out evenly.</summary>
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

    private static async Task NodeAsync(TaskOrchestrationContext context, FleetShare share, Action<Func<FleetTotals, FleetTotals>> done)
    {
        try
        {
            var node = await context.CallSubOrchestratorAsync<FleetTotals>(
                CaptureSome.Name,
                share,
                new SubOrchestrationOptions(instanceId: NodeId(share.Order.Run, share.Node))
            );
            done(totals => totals.With(node));
        }
        catch (TaskFailedException e)
        {
            // its clusters have reports of their own, or are told as lost at the end
            done(totals => totals with { Trouble = totals.Trouble ?? RunResult.Cut(RunFailures.Of(e).Message) });
        }
    }

    private static async Task StopAsync(TaskOrchestrationContext context, FleetSize fleet, FleetTally tally, Cancellation cancelled)
    {
        tally.Cancelling();
        for (var node = 0; fleet.Nodes > 1 && node < fleet.Nodes; node++)
            context.SendEvent(NodeId(fleet.Order.Run, node), RunEvents.Cancel, cancelled);
        await StopRun.CallAsync(context, fleet.Order.Run, cancelled, fleet.Order.Attempts);
    }

    private static string NodeId(RunId run, int number) => $"{run}.node.{number}";
}
