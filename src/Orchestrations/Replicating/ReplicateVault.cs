using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Replicating;

/// <summary>
/// Copies what the replicas of the vault don't have, cluster by cluster, as much at a time as an activity's budget allows. While another
/// run copies into the same replica, this one waits.
/// </summary>
internal sealed class ReplicateVault : TaskOrchestrator<ReplicationOrder, RunResult>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    /// <summary>Two hours: then the other run is reported as being in the way.</summary>
    private const int MostPauses = 240;

    public override async Task<RunResult> RunAsync(TaskOrchestrationContext context, ReplicationOrder order)
    {
        var startedAt = new DateTimeOffset(context.CurrentUtcDateTime, TimeSpan.Zero);
        var cancelled = ReceivedEvents.CancellationAsync(context);
        var replicating = ReplicateAsync(context, order, startedAt, cancelled);
        await Task.WhenAny(replicating, cancelled);
        if (!replicating.IsCompleted)
            await StopRun.CallAsync(context, order.Run, await cancelled, order.Attempts);
        var end = new ReplicationEnd(
            order,
            startedAt,
            await replicating,
            cancelled.IsCompleted ? await cancelled : null,
            new(context.CurrentUtcDateTime, TimeSpan.Zero)
        );
        return await context.CallActivityAsync<RunResult>(EndReplication.Name, end, Retries.OfEnd(order.Attempts));
    }

    private static async Task<Failure?> ReplicateAsync(
        TaskOrchestrationContext context,
        ReplicationOrder order,
        DateTimeOffset startedAt,
        Task cancelled
    )
    {
        var (done, pauses) = (new ReplicateProgress(null, false, null, 0, 0), 0);
        try
        {
            while (!done.IsDone && !cancelled.IsCompleted)
            {
                Show(context, order, startedAt, done);
                if (done.Busy is not null)
                {
                    if (++pauses > MostPauses)
                        return Waited(done.Busy);
                    await Task.WhenAny(context.CreateTimer(Pause, CancellationToken.None), cancelled);
                }
                if (cancelled.IsCompleted)
                    break;
                var subject = new ReplicateSubject(order, done.Place);
                var step = await context.CallActivityAsync<ReplicateProgress>(ReplicateClusters.Name, subject, Retries.Of(order.Attempts));
                done = step with { Points = done.Points + step.Points, Bytes = done.Bytes + step.Bytes };
            }
            return null;
        }
        catch (TaskFailedException e)
        {
            return Failure.Of(e);
        }
    }

    private static Failure Waited(string replica) =>
        Failure.Of(FailureSide.Vault, FailureCode.Overlap, $"another run has been copying into the replica '{replica}' for two hours");

    private static void Show(TaskOrchestrationContext context, ReplicationOrder order, DateTimeOffset startedAt, ReplicateProgress done) =>
        context.SetCustomStatus(
            new RunStatus
            {
                Run = order.Run,
                Kind = RunKind.Replication,
                State = RunState.Running,
                Phase = done.Busy is { } busy ? $"waiting for another run into {busy}" : "replicating",
                StartedAt = startedAt,
                Cluster = order.Cluster,
                Bytes = done.Bytes,
                UnitsDone = done.Points,
            }
        );
}
