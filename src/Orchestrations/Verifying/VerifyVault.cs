using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Verifying;

/// <summary>Verifies the clusters of the vault, one after the other, as much at a time as an activity's budget allows.</summary>
internal sealed class VerifyVault : TaskOrchestrator<VerificationOrder, RunResult>
{
    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, VerificationOrder order)
    {
        var startedAt = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var verifying = VerifyAsync(context, order, startedAt, cancelled);
        await Task.WhenAny(verifying, cancelled);
        if (!verifying.IsCompleted)
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        var end = new VerificationEnd(
            order,
            startedAt,
            await verifying,
            cancelled.IsCompleted ? await cancelled : null,
            new(context.CurrentUtcDateTime, TimeSpan.Zero)
        );
        return await context.CallActivityAsync<RunResult>(EndVerification.Name, end, Retries.OfEnd(order.Attempts));
    }

    private static async Task<Failure?> VerifyAsync(
        TaskOrchestrationContext context,
        VerificationOrder order,
        DateTimeOffset startedAt,
        Task cancelled
    )
    {
        var done = new VerifyProgress(null, false, 0, 0, 0);
        try
        {
            while (!done.IsDone && !cancelled.IsCompleted)
            {
                Show(context, order, startedAt, done);
                var subject = new VerifySubject(order, done.Place);
                var step = await context.CallActivityAsync<VerifyProgress>(VerifyClusters.Name, subject, Retries.Of(order.Attempts));
                done = step with
                {
                    Clusters = done.Clusters + step.Clusters,
                    Damage = done.Damage + step.Damage,
                    Bytes = done.Bytes + step.Bytes,
                };
            }
            return null;
        }
        catch (TaskFailedException e)
        {
            return Failure.Of(e);
        }
    }

    private static void Show(TaskOrchestrationContext context, VerificationOrder order, DateTimeOffset startedAt, VerifyProgress done) =>
        context.SetCustomStatus(
            new RunStatus
            {
                Run = order.Run,
                Kind = RunKind.Verification,
                State = RunState.Running,
                Phase = "verifying",
                StartedAt = startedAt,
                Cluster = order.Cluster,
                Bytes = done.Bytes,
                Errors = done.Damage,
                UnitsDone = done.Clusters,
            }
        );
}
