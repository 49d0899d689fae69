using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Retaining;

/// <summary>Expires and purges points of every cluster in the vault, some clusters at a time, then reports on all of them.</summary>
internal sealed class ApplyRetention : TaskOrchestrator<RetentionOrder, RunResult>
{
    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, RetentionOrder order)
    {
        var startedAt = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var pruning = PruneAsync(context, order, startedAt, cancelled);
        await Task.WhenAny(pruning, cancelled);
        if (!pruning.IsCompleted)
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        var end = new RetentionEnd(
            order,
            startedAt,
            await pruning,
            cancelled.IsCompleted ? await cancelled : null,
            new(context.CurrentUtcDateTime, TimeSpan.Zero)
        );
        return await context.CallActivityAsync<RunResult>(EndRetention.Name, end, Retries.OfEnd(order.Attempts));
    }

    private static async Task<Failure?> PruneAsync(
        TaskOrchestrationContext context,
        RetentionOrder order,
        DateTimeOffset startedAt,
        Task cancelled
    )
    {
        var progress = new PruneProgress(null, false, 0, 0);
        try
        {
            for (var total = progress; !progress.IsDone && !cancelled.IsCompleted; )
            {
                Show(context, order, startedAt, total);
                var subject = new PruneSubject(order.Run, progress.After);
                progress = await context.CallActivityAsync<PruneProgress>(PruneClusters.Name, subject, Retries.Of(order.Attempts));
                total = progress with { Clusters = total.Clusters + progress.Clusters, Failed = total.Failed + progress.Failed };
            }
            return null;
        }
        catch (TaskFailedException e)
        {
            return Failure.Of(e);
        }
    }

    private static void Show(TaskOrchestrationContext context, RetentionOrder order, DateTimeOffset startedAt, PruneProgress done) =>
        context.SetCustomStatus(
            new RunStatus
            {
                Run = order.Run,
                Kind = RunKind.Retention,
                State = RunState.Running,
                Phase = "pruning",
                StartedAt = startedAt,
                Errors = done.Failed,
                UnitsDone = done.Clusters,
            }
        );
}
