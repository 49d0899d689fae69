using Holdfast.Control.Infrastructure;
using Holdfast.Orchestrations.Failures;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.NewClusters;

/// <summary>How a new cluster was left when its run ended.</summary>
/// <param name="Stage">Null: it couldn't be found out.</param>
internal sealed record NewClusterEnd(NewClusterStage? Stage, string? Detail, bool Registered)
{
    /// <summary>What was decided of its plan; null: nothing was asked.</summary>
    public Runs.Approval? Approval { get; init; }
}

/// <summary>
/// The part of a restore's orchestration that makes the cluster to restore into: plan, create, wait, register, wait for nodes. Depends only
/// on the history. Nothing is ever deleted: how it ends, the report says what is left.
/// </summary>
/// <param name="show">Takes what is waited for, for the run's status.</param>
/// <param name="approve">
/// Waits for an approval of a plan by which something is made; gives why it isn't made, or null. Null: none is needed.
/// </param>
internal sealed class NewClusterPhase(
    TaskOrchestrationContext context,
    NewClusterSubject subject,
    TaskOptions options,
    Task cancelled,
    Action<string, string?> show,
    Func<NewClusterPlanned, Task<Failure?>>? approve
)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>AKS takes about five minutes, with many pools a quarter of an hour.</summary>
    private static readonly TimeSpan LongestMaking = TimeSpan.FromHours(1);

    /// <summary>So long a cluster that was just asked for may not be seen yet.</summary>
    private static readonly TimeSpan Unseen = TimeSpan.FromMinutes(2);

    /// <summary>After that, fewer nodes than wanted do.</summary>
    private static readonly TimeSpan LongestNodes = TimeSpan.FromMinutes(20);

    private const string Again =
        "Start the same restore again: a cluster that was made for this point is used. Or delete it, where it isn't needed";

    private NewClusterPlanned? plan;
    private NewClusterState? last;
    private bool isRegistered;

    /// <summary>Set where it failed or was cancelled: what is left.</summary>
    public NewClusterEnd? End { get; private set; }

    /// <returns>Null: the cluster is there, and can be restored into.</returns>
    public async Task<Failure?> RunAsync()
    {
        try
        {
            var failure = await MakeAsync();
            End = failure is null && !cancelled.IsCompleted ? new(NewClusterStage.Ready, null, isRegistered) : await LeftAsync();
            return failure is null && cancelled.IsCompleted ? Cancelled() : Explained(failure);
        }
        catch (TaskFailedException e)
        {
            End = await LeftAsync();
            var failure = Failure.Of(e);
            return failure.IsCancelled ? Cancelled() : Explained(failure);
        }
    }

    private async Task<Failure?> MakeAsync()
    {
        show($"{Runs.RunStatus.NewCluster}: planning", null);
        plan = await context.CallActivityAsync<NewClusterPlanned>(PlanNewCluster.Name, subject, options);
        var mustBeApproved = approve is not null && plan is { Exists: false, ResourceId: not null, Digest: not null };
        if (mustBeApproved && !cancelled.IsCompleted && await approve!(plan) is { } refused)
            return refused;
        if (cancelled.IsCompleted)
            return null;
        show($"{Runs.RunStatus.NewCluster}: creating", plan.ResourceId);
        var made = mustBeApproved ? subject with { Approved = plan.Digest } : subject;
        await context.CallActivityAsync<bool>(CreateNewCluster.Name, made, options);
        if (await AwaitClusterAsync() is { } failure)
            return failure;
        if (cancelled.IsCompleted)
            return null;
        await context.CallActivityAsync<bool>(RegisterNewCluster.Name, subject, options);
        isRegistered = true;
        return cancelled.IsCompleted ? null : await AwaitNodesAsync();
    }

    private async Task<Failure?> AwaitClusterAsync()
    {
        var until = context.CurrentUtcDateTime + LongestMaking;
        for (var pause = FirstPause; !cancelled.IsCompleted; pause = Next(pause))
        {
            last = await context.CallActivityAsync<NewClusterState>(LookAtNewCluster.Name, new NewClusterLook(subject, false), options);
            switch (last.Stage)
            {
                case NewClusterStage.Ready:
                    return null;
                case NewClusterStage.Failed:
                    return new(FailureSide.Cloud, FailureCode.NewCluster, $"the cluster couldn't be made: {last.Detail}");
                case NewClusterStage.Absent when context.CurrentUtcDateTime >= until - LongestMaking + Unseen:
                    return new(FailureSide.Cloud, FailureCode.NewCluster, "the cluster that was being made is gone: it was deleted");
            }
            if (context.CurrentUtcDateTime >= until)
                return new(
                    FailureSide.Cloud,
                    FailureCode.NewCluster,
                    $"the cluster isn't made after {LongestMaking.TotalMinutes:0} minutes: it is {last.Detail}"
                );
            show($"{Runs.RunStatus.NewCluster}: creating", last.Detail);
            await PauseAsync(pause);
        }
        return null;
    }

    private async Task<Failure?> AwaitNodesAsync()
    {
        var until = context.CurrentUtcDateTime + LongestNodes;
        for (var pause = FirstPause; !cancelled.IsCompleted; pause = Next(pause))
        {
            var isLate = context.CurrentUtcDateTime >= until;
            var nodes = await context.CallActivityAsync<NodeCount>(LookAtNodes.Name, new NodesLook(subject, isLate), options);
            if (nodes.Waits is not { } waits)
                return null;
            if (isLate)
                return new(
                    FailureSide.Cloud,
                    FailureCode.NewCluster,
                    $"the cluster was made, but takes no pods after {LongestNodes.TotalMinutes:0} minutes: {waits}"
                );
            show($"{Runs.RunStatus.NewCluster}: waiting for nodes", waits);
            await PauseAsync(pause);
        }
        return null;
    }

    /// <summary>Asks the cloud, since an answer may have been lost.</summary>
    private async Task<NewClusterEnd> LeftAsync()
    {
        try
        {
            last = await context.CallActivityAsync<NewClusterState>(LookAtNewCluster.Name, new NewClusterLook(subject, true), options);
            return new(last.Stage, last.Detail, isRegistered);
        }
        catch (TaskFailedException)
        {
            return new(null, null, isRegistered);
        }
    }

    private Failure Cancelled() =>
        Failure.OfCancelling($"stopped before anything was restored. {Left}", IsThere ? Again : "Start it again");

    private Failure? Explained(Failure? failure) =>
        failure is null ? null
        : IsThere
            ? failure with
            {
                Message = $"{failure.Message}. {Left}",
                Next = failure.Next is null ? Again : $"{failure.Next}. {Again}",
            }
        : failure;

    private bool IsThere => End is not { Stage: NewClusterStage.Absent } && plan is { ResourceId: not null };

    private string Left =>
        End switch
        {
            _ when plan?.ResourceId is null => "No cluster was made",
            { Stage: NewClusterStage.Absent } => "No cluster was made",
            { Stage: null } => $"Whether {plan.ResourceId} was made can't be found out now",
            { Stage: NewClusterStage.Ready } => $"The cluster {plan.ResourceId} was made and stays",
            { Stage: NewClusterStage.Failed } => $"What was made of {plan.ResourceId} stays",
            _ => $"The cluster {plan.ResourceId} is being made and stays",
        };

    private static TimeSpan Next(TimeSpan pause) => pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause;

    private async Task PauseAsync(TimeSpan pause)
    {
        using var stop = new CancellationTokenSource();
        var timer = context.CreateTimer(pause, stop.Token);
        await Task.WhenAny(timer, cancelled);
        // an orchestrator has one thread: what is cancelled must be so before it continues
        if (!timer.IsCompleted)
            stop.Cancel();
    }
}
