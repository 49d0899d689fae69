using Holdfast.Capture.Running;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>
/// Captures one cluster: plan, export the units, settle (which may read some again), seal (which may, too), report. Whatever happens, it
/// ends with a report; a cancelled one leaves packs that the next capture of the cluster reuses.
/// </summary>
internal sealed class CaptureCluster : TaskOrchestrator<CaptureOrderRef, RunResult>
{
    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, CaptureOrderRef order)
    {
        var status = new CaptureStatus(context, order);
        status.Show();
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var capture = CaptureAsync(context, order, status, cancelled);
        await Task.WhenAny(capture, cancelled);
        if (!capture.IsCompleted)
        {
            status.State = RunState.Cancelling;
            status.Show();
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        }
        var failure = await capture;
        return await EndAsync(context, order, status, failure, cancelled.IsCompleted ? await cancelled : null);
    }

    /// <returns>Null: the point is sealed.</returns>
    private static async Task<Failure?> CaptureAsync(
        TaskOrchestrationContext context,
        CaptureOrderRef order,
        CaptureStatus status,
        Task cancelled
    )
    {
        var options = Retries.Of(order.Attempts);
        try
        {
            var pass = await context.CallActivityAsync<PassSummary>(BeginCapture.Name, order, options);
            return pass.VolumeBatches == 0
                ? await PassesAsync(context, order, pass, status, null, cancelled)
                : await WithVolumesAsync(context, order, pass, status, cancelled);
        }
        catch (TaskFailedException e)
        {
            return Failure.Of(e);
        }
    }

    /// <summary>
    /// Volumes are cut before the revision is pinned; the objects are exported while the snapshots become ready.
    /// </summary>
    private static async Task<Failure?> WithVolumesAsync(
        TaskOrchestrationContext context,
        CaptureOrderRef order,
        PassSummary begun,
        CaptureStatus status,
        Task cancelled
    )
    {
        var options = Retries.Of(order.Attempts);
        var subject = new CaptureSubject(order.Run, order.Cluster);
        var volumes = new SnapshotBatches(context, subject, begun.VolumeBatches, order.Units, options, cancelled);
        var failure = await CutAndExportAsync(context, order, status, volumes, cancelled);
        status.Warning = await volumes.ReleaseAsync();
        return failure;
    }

    private static async Task<Failure?> CutAndExportAsync(
        TaskOrchestrationContext context,
        CaptureOrderRef order,
        CaptureStatus status,
        SnapshotBatches volumes,
        Task cancelled
    )
    {
        try
        {
            status.Enter("snapshotting volumes");
            if ((await volumes.CutAsync() ?? (cancelled.IsCompleted ? Stopped : null)) is { } failure)
                return failure;
            var pass = await context.CallActivityAsync<PassSummary>(BeginCapture.Name, order, Retries.Of(order.Attempts));
            return await PassesAsync(context, order, pass, status, volumes.AwaitAsync(), cancelled);
        }
        catch (TaskFailedException e)
        {
            return Failure.Of(e);
        }
        finally
        {
            await volumes.StopAsync();
        }
    }

    /// <param name="snapshots">Completes when no snapshot is waited for; null: there are none.</param>
    private static async Task<Failure?> PassesAsync(
        TaskOrchestrationContext context,
        CaptureOrderRef order,
        PassSummary pass,
        CaptureStatus status,
        Task<Failure?>? snapshots,
        Task cancelled
    )
    {
        var subject = new CaptureSubject(order.Run, order.Cluster);
        var options = Retries.Of(order.Attempts);
        while (!cancelled.IsCompleted)
        {
            status.Begin(pass);
            var range = new UnitRange(subject, pass.Number, 0, pass.Units, order.Units, order.Attempts);
            if (await ExportUnits.ExportAsync(context, range, () => cancelled.IsCompleted, status.Add) is { } failure)
                return failure;
            if (cancelled.IsCompleted)
                break;
            var done = new PassSubject(subject, pass.Number);
            var next = (await context.CallActivityAsync<NextPass>(SettleCapture.Name, done, options)).Next;
            if (next is null && await AwaitAsync(snapshots, status, cancelled) is { } missing)
                return missing;
            next ??= await SealAsync(context, done, status, options);
            if (next is null)
                return null;
            pass = next;
        }
        return Stopped;
    }

    private static readonly Failure Stopped = new(FailureSide.Caller, FailureCode.Cancelled, "cancelled");

    /// <returns>Null: every snapshot is ready, or was waited for long enough.</returns>
    private static async Task<Failure?> AwaitAsync(Task<Failure?>? snapshots, CaptureStatus status, Task cancelled)
    {
        if (snapshots is null)
            return null;
        status.Enter("waiting for snapshots");
        return await snapshots ?? (cancelled.IsCompleted ? Stopped : null);
    }

    private static async Task<PassSummary?> SealAsync(
        TaskOrchestrationContext context,
        PassSubject pass,
        CaptureStatus status,
        TaskOptions options
    )
    {
        status.Enter("sealing");
        return (await context.CallActivityAsync<NextPass>(SealCapture.Name, pass, options)).Next;
    }

    private static Task<RunResult> EndAsync(
        TaskOrchestrationContext context,
        CaptureOrderRef order,
        CaptureStatus status,
        Failure? failure,
        Cancellation? cancelled
    )
    {
        var why = failure is { IsCancelled: true }
            ? Failure.OfCancelling(
                $"stopped{(cancelled is null ? "" : $" by {cancelled.By}")} before the recovery point was sealed; no point was created",
                "Run the capture again; data already written is reused"
            )
            : failure;
        status.Phase = "reporting";
        return context.CallActivityAsync<RunResult>(
            EndCapture.Name,
            new CaptureEnd(order, status.StartedAt, status.Now, why, cancelled) { Warning = status.Warning },
            Retries.OfEnd(order.Attempts)
        );
    }
}
