using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Restoring;

/// <summary>Makes a plan and reports it; changes nothing in the target.</summary>
internal sealed class PlanRestore : TaskOrchestrator<PlanOrder, RunResult>
{
    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, PlanOrder order)
    {
        var subject = new RestoreSubject(order.Run, order.Target);
        var status = new RestoreStatus(context, subject, RunKind.Plan);
        status.Show();
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var plan = PlanAsync(context, order, status);
        await Task.WhenAny(plan, cancelled);
        if (!plan.IsCompleted)
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        var failure = await plan;
        var end = new RestoreEnd(
            subject,
            RunKind.Plan,
            order.RequestedBy,
            status.StartedAt,
            status.Now,
            Begun: false,
            failure,
            cancelled.IsCompleted ? await cancelled : null,
            Approval: null
        );
        return await context.CallActivityAsync<RunResult>(EndRestore.Name, end, Retries.OfEnd(order.Attempts));
    }

    private static async Task<Failure?> PlanAsync(TaskOrchestrationContext context, PlanOrder order, RestoreStatus status)
    {
        try
        {
            status.Planned(await context.CallActivityAsync<PlanMade>(MakePlan.Name, order, Retries.Of(order.Attempts)));
            return null;
        }
        catch (TaskFailedException e)
        {
            var failure = Failure.Of(e);
            return failure.IsCancelled ? Failure.OfCancelling("stopped before the plan was made", "Plan again when it is wanted") : failure;
        }
    }
}
