using System.Collections.Immutable;
using Holdfast.Durable;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>Captures several clusters, each for itself and under a run of its own, a bounded number at once; then tells of all of them. What one does never fails another.</summary>
internal static class CaptureFleet
{
    public static async Task<RunResult> RunAsync(OrchestrationContext context, FleetOrder order)
    {
        var startedAt = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
        order = await SettledAsync(context, order);
        var tally = new FleetTally(context, order, startedAt);
        tally.Show();
        var cancelled = context.WaitForExternalEvent<Cancellation>(RunEvents.Cancel);
        var captures = CaptureAsync(context, new(order, startedAt), cancelled, tally.Count);
        await Task.WhenAny(captures, cancelled);
        if (!captures.IsCompleted)
            await StopAsync(context, order, tally, await cancelled);
        await captures;
        var end = new FleetEnd(order, startedAt, new(context.CurrentUtcDateTime, TimeSpan.Zero), tally.Totals, cancelled.IsCompleted ? await cancelled : null);
        return await context.CallActivityAsync<RunResult>(EndFleet.Name, end, Attempts.OfEnd(order.Attempts));
    }

    /// <summary>A schedule's order names no clusters, so that it stays small on its way.</summary>
    private static async Task<FleetOrder> SettledAsync(OrchestrationContext context, FleetOrder order)
    {
        if (!order.Clusters.IsEmpty)
            return order;
        try
        {
            return await context.CallActivityAsync<FleetOrder>(SettleFleet.Name, order, Attempts.Of(order.Attempts));
        }
        catch (TaskFailedException e)
        {
            return order with { Note = e.FailureDetails.ErrorMessage };
        }
    }

    private static Task CaptureAsync(OrchestrationContext context, FleetShare share, Task cancelled, Action<Func<FleetTotals, FleetTotals>> done) =>
        share.Order.Clusters.Length <= CaptureSome.Most
            ? CaptureSome.CaptureAsync(context, share, cancelled, done)
            : Task.WhenAll(Shares(share).Select((part, number) => NodeAsync(context, part, number, done)));

    /// <summary>Neighbours in the list go to different nodes, and what is done at once is shared out evenly.</summary>
    private static ImmutableArray<FleetShare> Shares(FleetShare share)
    {
        var nodes = NodesOf(share.Order);
        var lanes = Math.Max(share.Order.Concurrency, nodes);
        return
        [
            .. Enumerable.Range(0, nodes).Select(node => share with
            {
                Order = share.Order with
                {
                    Clusters = [.. share.Order.Clusters.Where((_, i) => i % nodes == node)],
                    Busy = [],
                    Concurrency = (lanes / nodes) + (node < lanes % nodes ? 1 : 0),
                },
            }),
        ];
    }

    private static async Task NodeAsync(OrchestrationContext context, FleetShare part, int number, Action<Func<FleetTotals, FleetTotals>> done)
    {
        try
        {
            var node = await context.CallSubOrchestratorAsync<FleetTotals>(CaptureSome.Name, part, new() { InstanceId = NodeId(part.Order.Run, number) });
            done(totals => totals.With(node));
        }
        catch (TaskFailedException)
        {
            // its clusters have reports of their own, or are told as lost at the end
        }
    }

    private static async Task StopAsync(OrchestrationContext context, FleetOrder order, FleetTally tally, Cancellation cancelled)
    {
        tally.Cancelling();
        for (var node = 0; order.Clusters.Length > CaptureSome.Most && node < NodesOf(order); node++)
            context.SendEvent(NodeId(order.Run, node), RunEvents.Cancel, cancelled);
        await StopRun.CallAsync(context, order.Run, cancelled, order.Attempts);
    }

    private static int NodesOf(FleetOrder order) => (order.Clusters.Length + CaptureSome.Most - 1) / CaptureSome.Most;

    private static string NodeId(RunId run, int number) => $"{run}.node.{number}";
}
