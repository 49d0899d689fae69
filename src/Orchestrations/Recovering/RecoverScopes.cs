using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Recovering;

/// <summary>
/// Recovers several scopes: plans all their restores as one, waits for an approval of that plan where one is asked for, then takes the
/// groups in order (<see cref="GroupRun"/>). Whatever happens, it ends with a report; one that stopped continues where it was when it is
/// ordered again with <see cref="RecoveryOrder.Resume"/>.
/// </summary>
internal sealed class RecoverScopes : TaskOrchestrator<RecoveryOrder, RunResult>
{
    private const string ResumeIt = "Resume this run to continue: groups that are done stay done, and complete restores aren't repeated";
    private const string NothingDone = "Nothing was changed; plan again when it is wanted";

    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, RecoveryOrder order)
    {
        var status = new RecoveryStatus(context, order);
        status.Show();
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var recovery = new Running(context, order, status, cancelled);
        var ended = recovery.RunAsync();
        await Task.WhenAny(ended, cancelled);
        if (!ended.IsCompleted)
            await recovery.StopAsync(await cancelled);
        var failure = await ended;
        var end = new RecoveryEnd(
            order,
            status.StartedAt,
            status.Now,
            failure,
            cancelled.IsCompleted ? await cancelled : null,
            recovery.Approval
        );
        return await context.CallActivityAsync<RunResult>(EndRecovery.Name, end, Retries.OfEnd(order.Attempts));
    }

    private sealed class Running(TaskOrchestrationContext context, RecoveryOrder order, RecoveryStatus status, Task<Cancellation> cancelled)
    {
        private readonly GroupRun groups = new(context, order, status, cancelled);

        public Approval? Approval { get; private set; }

        /// <returns>Null: it came to its end.</returns>
        public async Task<Failure?> RunAsync()
        {
            try
            {
                await PlanAsync();
                if (order.PlanOnly)
                    return null;
                if (order.Approval is { } terms && await ApprovedAsync(terms) is { } refused)
                    return refused;
                status.Apply();
                return Resumable(await ApplyAsync());
            }
            catch (TaskFailedException e)
            {
                return Resumable(Failure.Of(e));
            }
        }

        /// <summary>The restore that is being made stops at once, not only at its next look.</summary>
        public async Task StopAsync(Cancellation stop)
        {
            status.Cancelling();
            if (groups.Part is { } part)
                context.SendEvent(part.ToString(), RunEvents.Cancel, stop);
            await StopRun.CallAsync(context, order.Run, stop, order.Attempts);
        }

        private async Task PlanAsync()
        {
            for (var number = 0; status.Digest is null; number++)
            {
                var step = new RecoveryPlanStep(order, number);
                var planned = await context.CallActivityAsync<RecoveryPlanned>(PlanRecovery.Name, step, Retries.Of(order.Attempts));
                status.Planned(planned, number);
            }
        }

        private async Task<Failure?> ApprovedAsync(ApprovalTerms terms)
        {
            (Approval, var refusal) = await ApprovalWait.RunAsync(context, order.RequestedBy, terms, status.Digest, status.Wait, cancelled);
            return refusal;
        }

        private async Task<Failure?> ApplyAsync()
        {
            var advance = new GroupAdvance(order, status.Now);
            while (await NextAsync(advance) is { } group)
            {
                if (await groups.RunAsync(group) is { } stopped)
                    return stopped;
                advance = new(order, status.Now) { Passed = group.Number, PausedSeconds = groups.Paused.TotalSeconds };
            }
            return null;
        }

        private async Task<GroupBrief?> NextAsync(GroupAdvance advance) =>
            (await context.CallActivityAsync<NextGroup>(AdvanceRecovery.Name, advance, Retries.Of(order.Attempts))).Group;

        private Failure? Resumable(Failure? failure)
        {
            if (failure is null)
                return null;
            var next = status.Begun ? ResumeIt : NothingDone;
            if (failure.IsCancelled)
                return Failure.OfCancelling($"stopped{(cancelled.IsCompletedSuccessfully ? $" by {cancelled.Result.By}" : "")}", next);
            return status.Begun ? failure with { Next = failure.Next is null ? ResumeIt : $"{failure.Next}. {ResumeIt}" } : failure;
        }
    }
}
