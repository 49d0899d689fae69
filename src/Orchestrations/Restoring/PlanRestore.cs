using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>Makes a plan and reports it; changes nothing in the target.</summary>
internal sealed class PlanRestore : TaskOrchestrator<PlanOrder, RunResult>
{
    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, PlanOrder order)
    {
        var subject = new RestoreSubject(order.Run, order.Target);
        var tally = new RestoreTally(context, subject, RunKind.Plan);
        tally.Show();
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var plan = PlanAsync(context, order, tally);
        await Task.WhenAny(plan, cancelled);
        if (!plan.IsCompleted)
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        var failure = await plan;
        var end = new RestoreEnd(
            subject,
            RunKind.Plan,
            order.RequestedBy,
            tally.StartedAt,
            tally.Now,
            Begun: false,
            failure,
            cancelled.IsCompleted ? await cancelled : null,
            Approval: null
        );
        return await context.CallActivityAsync<RunResult>(EndRestore.Name, end, Attempts.OfEnd(order.Attempts));
    }

    private static async Task<RunFailure?> PlanAsync(TaskOrchestrationContext context, PlanOrder order, RestoreTally tally)
    {
        try
        {
            tally.Planned(await context.CallActivityAsync<PlanMade>(MakePlan.Name, order, Attempts.Of(order.Attempts)));
            return null;
        }
        catch (TaskFailedException e)
        {
            var failure = RunFailures.Of(e);
            return RunFailures.IsCancelled(failure)
                ? RunFailures.OfCancelling("stopped before the plan was made", "Plan again when it is wanted")
                : failure;
        }
    }
}
