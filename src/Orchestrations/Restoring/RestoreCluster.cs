using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Applying;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>
/// Restores: a plan, somebody's word on it where that is asked for, then the stages, each in bounded pieces, then the report. Whatever
/// happens, it ends with a report; one that was cancelled or failed goes on from its outcomes when it is ordered again with
/// <see cref="RestoreOrder.Resume"/>.
/// </summary>
internal sealed class RestoreCluster : TaskOrchestrator<RestoreOrder, RunResult>
{
    private const string GoOn = "Resume this run to go on: what is done stays, and what failed is tried again";
    private const string NothingDone = "Nothing was changed; plan again when it is wanted";

    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, RestoreOrder order)
    {
        var subject = new RestoreSubject(order.Run, order.Target);
        var tally = new RestoreTally(context, subject, RunKind.Restore);
        tally.Show();
        var course = new Course(context, order, subject, tally);
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var restore = course.RunAsync(cancelled);
        await Task.WhenAny(restore, cancelled);
        if (!restore.IsCompleted)
        {
            tally.State = RunState.Cancelling;
            tally.Show();
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        }
        var failure = await restore;
        // One that waits for an approval before it continues has its earlier outcomes.
        var begun = tally.Begun || order is { Resume: true, Approval: not null };
        var end = new RestoreEnd(
            subject,
            RunKind.Restore,
            order.RequestedBy,
            tally.StartedAt,
            tally.Now,
            begun,
            failure,
            cancelled.IsCompleted ? await cancelled : null,
            course.Approval
        );
        return await context.CallActivityAsync<RunResult>(EndRestore.Name, end, Attempts.OfEnd(order.Attempts));
    }

    private sealed class Course(TaskOrchestrationContext context, RestoreOrder order, RestoreSubject subject, RestoreTally tally)
    {
        public Approval? Approval { get; private set; }

        /// <returns>Null: it went to its end.</returns>
        public async Task<RunFailure?> RunAsync(Task<Cancellation> cancelled)
        {
            try
            {
                tally.Planned(await context.CallActivityAsync<PlanMade>(BeginRestore.Name, order, Attempts.Of(order.Attempts)));
                if (order is { Approval: { } terms } && await ApprovedAsync(terms, cancelled) is { } refused)
                    return refused;
                return await ApplyAsync(cancelled);
            }
            catch (TaskFailedException e)
            {
                return FailureOf(RunFailures.Of(e), cancelled);
            }
        }

        private async Task<RunFailure?> ApprovedAsync(ApprovalTerms terms, Task<Cancellation> cancelled)
        {
            Approval = await ApprovalWait.RunAsync(context, order, terms, tally, cancelled);
            return Approval switch
            {
                { Decision: ApprovalDecision.Approved } => null,
                { Decision: ApprovalDecision.Denied } no => new(
                    RunFailures.Run,
                    "Denied",
                    $"{no.By} denied the plan{(no.Comment is null ? "" : $": {no.Comment}")}",
                    NothingDone
                ),
                _ when cancelled.IsCompleted => await CancelledAsync(cancelled),
                _ => NotApproved(terms),
            };
        }

        private RunFailure NotApproved(ApprovalTerms terms)
        {
            var because = terms.Because is null ? "" : $"; {terms.Because}";
            return new(RunFailures.Run, "NotApproved", $"nobody approved the plan until {tally.ApprovalUntil:u}{because}", NothingDone);
        }

        private async Task<RunFailure?> ApplyAsync(Task<Cancellation> cancelled)
        {
            tally.Apply();
            for (var next = RestoreCursor.Start; next is not null; )
            {
                if (cancelled.IsCompleted)
                    return await CancelledAsync(cancelled);
                var advance = await context.CallActivityAsync<RestoreAdvance>(
                    ApplyStage.Name,
                    new StageSubject(subject, next),
                    Attempts.Of(order.Attempts)
                );
                tally.Advance(advance);
                next = advance.Next;
            }
            return null;
        }

        private async Task<RunFailure> CancelledAsync(Task<Cancellation> cancelled) =>
            RunFailures.OfCancelling($"stopped by {(await cancelled).By}", tally.Begun ? GoOn : NothingDone);

        private RunFailure FailureOf(RunFailure failure, Task<Cancellation> cancelled)
        {
            if (RunFailures.IsCancelled(failure))
                return RunFailures.OfCancelling(
                    $"stopped{(cancelled.IsCompletedSuccessfully ? $" by {cancelled.Result.By}" : "")}",
                    tally.Begun ? GoOn : NothingDone
                );
            return tally.Begun ? failure with { Next = failure.Next is null ? GoOn : $"{failure.Next}. {GoOn}" } : failure;
        }
    }
}
