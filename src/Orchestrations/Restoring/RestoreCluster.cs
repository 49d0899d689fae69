using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Applying;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>
/// Restores: the target where it has to be made, a plan, an approval where that is asked for, then the stages, each in bounded pieces, then
/// the report. Whatever happens, it ends with a report; one that was cancelled or failed continues from its outcomes when it is ordered
/// again with <see cref="RestoreOrder.Resume"/>.
/// </summary>
internal sealed class RestoreCluster : TaskOrchestrator<RestoreOrder, RunResult>
{
    private const string ResumeIt = "Resume this run to continue: completed steps are kept, and failed ones are tried again";
    private const string NothingDone = "Nothing was changed; plan again when it is wanted";

    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, RestoreOrder order)
    {
        var subject = new RestoreSubject(order.Run, order.Target);
        var status = new RestoreStatus(context, subject, RunKind.Restore);
        status.Show();
        var restore = new Running(context, order, subject, status);
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var ended = restore.RunAsync(cancelled);
        await Task.WhenAny(ended, cancelled);
        if (!ended.IsCompleted)
        {
            status.State = RunState.Cancelling;
            status.Show();
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        }
        var failure = await ended;
        // One that waits for an approval before it continues has its earlier outcomes.
        var begun = status.Begun || order is { Resume: true, Approval: not null };
        var end = new RestoreEnd(
            subject,
            RunKind.Restore,
            order.RequestedBy,
            status.StartedAt,
            status.Now,
            begun,
            failure,
            cancelled.IsCompleted ? await cancelled : null,
            restore.Approval
        )
        {
            NewCluster = restore.NewCluster,
        };
        return await context.CallActivityAsync<RunResult>(EndRestore.Name, end, Retries.OfEnd(order.Attempts));
    }

    private sealed class Running(TaskOrchestrationContext context, RestoreOrder order, RestoreSubject subject, RestoreStatus status)
    {
        private Approval? ofCluster;

        public Approval? Approval { get; private set; }

        /// <summary>What became of the cluster that was to be made; null: none was.</summary>
        public NewClusterEnd? NewCluster { get; private set; }

        /// <returns>Null: it completed.</returns>
        public async Task<Failure?> RunAsync(Task<Cancellation> cancelled)
        {
            try
            {
                if (order.NewCluster is not null && await MakeClusterAsync(cancelled) is { } notMade)
                    return notMade;
                var made = await context.CallActivityAsync<PlanMade>(BeginRestore.Name, order, Retries.Of(order.Attempts));
                status.Planned(made);
                if (order is { Approval: { } terms } && await ApprovedAsync(terms, cancelled) is { } refused)
                    return refused;
                if (made.NeedsSafetyPoint == true && await SafeAsync(cancelled) is { } unsafely)
                    return unsafely;
                return await ApplyAsync(cancelled);
            }
            catch (TaskFailedException e)
            {
                return FailureOf(Failure.Of(e), cancelled);
            }
        }

        /// <summary>A run that is resumed has a plan, and so its cluster.</summary>
        private async Task<Failure?> MakeClusterAsync(Task<Cancellation> cancelled)
        {
            if (order.Resume)
            {
                NewCluster = new(NewClusterStage.Ready, null, Registered: true);
                return null;
            }
            var phase = new NewClusterPhase(
                context,
                new(order.Run, order.Target),
                Retries.OfEnd(order.Attempts),
                cancelled,
                status.Prepare,
                order.Approval is null ? null : planned => ApprovedAsync(planned, order.Approval, cancelled)
            );
            var failure = await phase.RunAsync();
            NewCluster = phase.End is { } end ? end with { Approval = ofCluster } : null;
            return failure;
        }

        /// <summary>Before anything is made that costs.</summary>
        private async Task<Failure?> ApprovedAsync(NewClusterPlanned planned, ApprovalTerms terms, Task<Cancellation> cancelled)
        {
            status.Review(planned.Digest);
            var what = $"{planned.ResourceId} is made when its plan is approved, which GET /runs/{order.Run}/new-cluster shows";
            (ofCluster, var refusal) = await WaitAsync(terms, cancelled, what);
            status.Review(null);
            return refusal;
        }

        private async Task<Failure?> ApprovedAsync(ApprovalTerms terms, Task<Cancellation> cancelled)
        {
            (Approval, var refusal) = await WaitAsync(terms, cancelled, what: null);
            return refusal;
        }

        private Task<(Approval?, Failure?)> WaitAsync(ApprovalTerms terms, Task<Cancellation> cancelled, string? what) =>
            ApprovalWait.RunAsync(context, order.RequestedBy, terms, status.Digest, status.Wait, cancelled, what);

        private Task<Failure?> SafeAsync(Task<Cancellation> cancelled)
        {
            status.Prepare(RunStatus.SafetyPhase, null);
            return SafetyPhase.RunAsync(context, order, status.Secure, cancelled);
        }

        private async Task<Failure?> ApplyAsync(Task<Cancellation> cancelled)
        {
            status.Apply();
            for (var next = RestoreCursor.Start; next is not null; )
            {
                if (cancelled.IsCompleted)
                    return await CancelledAsync(cancelled);
                var advance = await context.CallActivityAsync<RestoreAdvance>(
                    ApplyStage.Name,
                    new StageSubject(subject, next),
                    Retries.Of(order.Attempts)
                );
                status.Advance(advance);
                next = advance.Next;
            }
            return null;
        }

        private async Task<Failure> CancelledAsync(Task<Cancellation> cancelled) =>
            Failure.OfCancelling($"stopped by {(await cancelled).By}", status.Begun ? ResumeIt : NothingDone);

        private Failure FailureOf(Failure failure, Task<Cancellation> cancelled)
        {
            if (failure.IsCancelled)
                return Failure.OfCancelling(
                    $"stopped{(cancelled.IsCompletedSuccessfully ? $" by {cancelled.Result.By}" : "")}",
                    status.Begun ? ResumeIt : NothingDone
                );
            return status.Begun ? failure with { Next = failure.Next is null ? ResumeIt : $"{failure.Next}. {ResumeIt}" } : failure;
        }
    }
}
