using Holdfast.Control;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;

namespace Holdfast.Orchestrations.Restoring;

/// <param name="Kind">Plan or Restore.</param>
/// <param name="Begun">Something may have been applied.</param>
/// <param name="Failure">Null: it completed.</param>
internal sealed record RestoreEnd(
    RestoreSubject Subject,
    RunKind Kind,
    string RequestedBy,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    bool Begun,
    Failure? Failure,
    Cancellation? Cancelled,
    Approval? Approval
)
{
    /// <summary>Of a restore into a cluster that it makes; null: of any other.</summary>
    public NewClusterEnd? NewCluster { get; init; }
}

/// <summary>
/// Writes the report of a plan or a restore. Plan and outcomes stay, so that the run can be resumed. Repeated, it writes the same.
/// </summary>
internal sealed class EndRestore(RestoreRuns restores, NewClusterRuns clusters) : RunActivity<RestoreEnd, RunResult>(restores.Records)
{
    public const string Name = nameof(EndRestore);

    protected override Task<RunResult> DoAsync(RestoreEnd end, CancellationToken cancellation) => EndAsync(end, cancellation);

    public async Task<RunResult> EndAsync(RestoreEnd end, CancellationToken cancellation)
    {
        var report = await ReportAsync(end, cancellation);
        await Records.Reports.WriteAsync(report, cancellation);
        await Records.Stops.RemoveAsync(end.Subject.Run, cancellation);
        await Records.Orders.RemoveAsync(end.Subject.Run, cancellation);
        restores.Close(end.Subject.Run);
        return RunResult.Of(report);
    }

    private async Task<RunReport> ReportAsync(RestoreEnd end, CancellationToken cancellation)
    {
        var duration = end.EndedAt - end.StartedAt;
        var (plan, done, unreadable) = await FoundAsync(end, duration, cancellation);
        end = end with { Failure = end.Failure ?? unreadable };
        return new()
        {
            Run = end.Subject.Run,
            Kind = end.Kind,
            State = StateOf(end, done),
            RequestedBy = end.RequestedBy,
            Cluster = end.Subject.Target,
            StartedAt = end.StartedAt,
            EndedAt = end.EndedAt,
            Seconds = duration.TotalSeconds,
            ObjectsPerSecond = done is null || duration <= TimeSpan.Zero ? 0 : Math.Round(Written(done) / duration.TotalSeconds, 1),
            Failure = end.Failure,
            Plan = plan is null ? null : RestorePlans.SummaryOf(plan),
            NewCluster = await NewClusterAsync(end, cancellation),
            Restore = done,
            Approval = end.Approval,
            Cancelled = end.Cancelled,
        };
    }

    private async Task<NewClusterReport?> NewClusterAsync(RestoreEnd end, CancellationToken cancellation)
    {
        if (end.NewCluster is not { } left)
            return null;
        var plan = await clusters.FindPlanAsync(end.Subject.Run, cancellation);
        return new()
        {
            Name = end.Subject.Target,
            Provider = plan?.Provider,
            ResourceId = plan?.ResourceId,
            Region = plan?.Region,
            KubernetesVersion = plan?.KubernetesVersion,
            Stage = left.Stage,
            Detail = left.Detail,
            Existed = plan is { Exists: true },
            Registered = left.Registered,
            Nodes = (await clusters.FindNodesAsync(end.Subject.Run, cancellation))?.Ready,
            Notes = plan?.Notes ?? [],
            Approval = left.Approval,
        };
    }

    /// <summary>
    /// A plan or outcomes that can't be read must not prevent a report: the report says so. Where the control container itself
    /// doesn't answer, nothing could be reported either, and the step is tried again.
    /// </summary>
    private async Task<(RestorePlan? Plan, RestoreReport? Done, Failure? Unreadable)> FoundAsync(
        RestoreEnd end,
        TimeSpan duration,
        CancellationToken cancellation
    )
    {
        RestorePlan? plan = null;
        try
        {
            var steps = restores.StepsOf(end.Subject.Run);
            plan = await steps.FindPlanAsync(cancellation);
            return (
                plan,
                end.Begun && plan is not null ? await steps.ReportAsync(duration, end.Failure is null, cancellation) : null,
                null
            );
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested && fault is not ControlException { IsOfDocument: false })
        {
            var failure = Failure.Of(fault);
            if (failure.Side == FailureSide.Bug)
                RunActivityLog.Bug(Records.Environment.Log, fault, Name, end.Subject.Run.ToString());
            return (plan, null, failure);
        }
    }

    private static RunState StateOf(RestoreEnd end, RestoreReport? done) =>
        end.Failure switch
        {
            null => done is null or { Complete: true } ? RunState.Succeeded : RunState.Partial,
            { IsDecision: true } => RunState.Cancelled,
            _ => end.Cancelled is null ? RunState.Failed : RunState.Cancelled,
        };

    private static int Written(RestoreReport report) =>
        report
            .Counts.Where(c =>
                c.Key
                    is nameof(OutcomeKind.Created)
                        or nameof(OutcomeKind.Updated)
                        or nameof(OutcomeKind.Replaced)
                        or nameof(OutcomeKind.Deleted)
                        or nameof(OutcomeKind.Recreated)
            )
            .Sum(c => c.Value);
}
