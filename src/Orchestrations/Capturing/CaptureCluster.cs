using Holdfast.Capture.Course;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>
/// Captures one cluster: plan, export the units, settle (which may read some again), seal (which may, too), report. Whatever happens, it
/// ends with a report; a cancelled one leaves packs that the next capture of the cluster uses again.
/// </summary>
internal sealed class CaptureCluster : TaskOrchestrator<CaptureOrder, RunResult>
{
    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, CaptureOrder order)
    {
        var tally = new CaptureTally(context, order);
        tally.Show();
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var capture = CaptureAsync(context, order, tally, () => cancelled.IsCompleted);
        await Task.WhenAny(capture, cancelled);
        if (!capture.IsCompleted)
        {
            tally.State = RunState.Cancelling;
            tally.Show();
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        }
        var failure = await capture;
        return await EndAsync(context, order, tally, failure, cancelled.IsCompleted ? await cancelled : null);
    }

    /// <returns>Null: the point is sealed.</returns>
    private static async Task<RunFailure?> CaptureAsync(
        TaskOrchestrationContext context,
        CaptureOrder order,
        CaptureTally tally,
        Func<bool> stops
    )
    {
        var subject = new CaptureSubject(order.Run, order.Cluster);
        var options = Attempts.Of(order.Attempts);
        try
        {
            var leg = await context.CallActivityAsync<LegSummary>(BeginCapture.Name, order, options);
            while (!stops())
            {
                tally.Begin(leg);
                var range = new UnitRange(subject, leg.Number, 0, leg.Units, order.Units, order.Attempts);
                if (await ExportUnits.ExportAsync(context, range, stops, tally.Count, tally.Count) is { } failure)
                    return failure;
                if (stops())
                    break;
                var next = await NextAsync(context, new(subject, leg.Number), tally, options);
                if (next is null)
                    return null;
                leg = next;
            }
            return Stopped;
        }
        catch (TaskFailedException e)
        {
            return RunFailures.Of(e);
        }
    }

    private static readonly RunFailure Stopped = new(RunFailures.Run, RunFailures.Cancelled, "cancelled");

    private static async Task<LegSummary?> NextAsync(
        TaskOrchestrationContext context,
        LegSubject leg,
        CaptureTally tally,
        TaskOptions options
    )
    {
        var settled = await context.CallActivityAsync<Settlement>(SettleCapture.Name, leg, options);
        if (settled.Next is not null)
            return settled.Next;
        tally.Phase = "sealing";
        tally.Show();
        return (await context.CallActivityAsync<Settlement>(SealCapture.Name, leg, options)).Next;
    }

    private static Task<RunResult> EndAsync(
        TaskOrchestrationContext context,
        CaptureOrder order,
        CaptureTally tally,
        RunFailure? failure,
        Cancellation? cancelled
    )
    {
        var why =
            failure is not null && RunFailures.IsCancelled(failure)
                ? RunFailures.OfCancelling(
                    $"stopped{(cancelled is null ? "" : $" by {cancelled.By}")} before the point was sealed: there is none",
                    "Start a new capture: completed work is reused"
                )
                : failure;
        tally.Phase = "reporting";
        return context.CallActivityAsync<RunResult>(
            EndCapture.Name,
            new CaptureEnd(order, tally.StartedAt, tally.Now, why, cancelled),
            Attempts.OfEnd(order.Attempts)
        );
    }
}
