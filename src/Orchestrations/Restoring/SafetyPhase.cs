using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>
/// Captures the target before a restore that deletes, as a run of its own. Part of an orchestrator. Nothing is written unless the point is
/// whole.
/// </summary>
internal static class SafetyPhase
{
    private const string Remedy =
        "Repair what is missing from it ('holdfast clusters check' lists missing permissions), then run the restore again";

    /// <returns>Null: the point is sealed and whole, and the restore's journal has it.</returns>
    public static async Task<Failure?> RunAsync(
        TaskOrchestrationContext context,
        RestoreOrder order,
        Action<Archive.Format.PointId> taken,
        Task<Cancellation> cancelled
    )
    {
        var options = Retries.Of(order.Attempts);
        var subject = new SafetySubject(new(order.Run, order.Target), new(context.CurrentUtcDateTime, TimeSpan.Zero), order.RequestedBy);
        var capture = await context.CallActivityAsync<CaptureOrderRef>(OrderSafetyPoint.Name, subject, options);
        var running = context.CallSubOrchestratorAsync<RunResult>(
            Orchestrators.Capture,
            capture,
            new SubOrchestrationOptions(instanceId: capture.Run.ToString())
        );
        if (await Task.WhenAny(running, cancelled) == cancelled)
            await StopRun.CallAsync(context, capture.Run, await cancelled, order.Attempts);
        var result = await running;
        if (cancelled.IsCompleted)
            return Failure.OfCancelling($"stopped by {(await cancelled).By} while the safety point was taken", "Nothing was changed");
        if (result is not { State: RunState.Succeeded, Point: { } point })
            return Incomplete(result);
        await context.CallActivityAsync<bool>(KeepSafetyPoint.Name, new SafetyTaken(subject.Restore, capture.Cluster, point), options);
        taken(point);
        return null;
    }

    private static Failure Incomplete(RunResult result) =>
        new(
            FailureSide.Cluster,
            FailureCode.SafetyPoint,
            $"the safety point isn't whole ({result.State}{(result.Reason is null ? "" : $": {result.Reason}")}), so nothing was restored "
                + $"or deleted; run {result.Run} has its report",
            Remedy
        );
}
