using Holdfast.Control;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;

namespace Holdfast.Orchestrations.Restoring;

/// <param name="Kind">Plan or Restore.</param>
/// <param name="Begun">Something may have been applied.</param>
/// <param name="Failure">Null: it went to its end.</param>
internal sealed record RestoreEnd(
    RestoreSubject Subject,
    RunKind Kind,
    string RequestedBy,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    bool Begun,
    RunFailure? Failure,
    Cancellation? Cancelled,
    Approval? Approval
);

/// <summary>
/// Writes the report of a plan or a restore. Plan and outcomes stay, so that the run can go on. Repeated, it writes the same.
/// </summary>
internal sealed class EndRestore(RunWorkspace workspace) : RunActivity<RestoreEnd, RunResult>(workspace)
{
    public const string Name = nameof(EndRestore);

    protected override Task<RunResult> DoAsync(RestoreEnd end, CancellationToken cancellation) => EndAsync(end, cancellation);

    public async Task<RunResult> EndAsync(RestoreEnd end, CancellationToken cancellation)
    {
        var report = await ReportAsync(end, cancellation);
        await Workspace.Reports.WriteAsync(report, cancellation);
        await Workspace.Stops.ForgetAsync(end.Subject.Run, cancellation);
        await Workspace.Orders.ForgetAsync(end.Subject.Run, cancellation);
        Workspace.Restores.Close(end.Subject.Run);
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
            Restore = done,
            Approval = end.Approval,
            Cancelled = end.Cancelled,
        };
    }

    /// <summary>
    /// A plan or outcomes that can't be read are no reason to report nothing: the report says so. Where the control container itself
    /// doesn't answer, nothing could be reported either, and the step is tried again.
    /// </summary>
    private async Task<(RestorePlan? Plan, RestoreReport? Done, RunFailure? Unreadable)> FoundAsync(
        RestoreEnd end,
        TimeSpan duration,
        CancellationToken cancellation
    )
    {
        RestorePlan? plan = null;
        try
        {
            var steps = Workspace.Restores.StepsOf(end.Subject.Run);
            plan = await steps.FindPlanAsync(cancellation);
            return (
                plan,
                end.Begun && plan is not null ? await steps.ReportAsync(duration, end.Failure is null, cancellation) : null,
                null
            );
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested && fault is not ControlException { IsOfDocument: false })
        {
            var failure = RunFailures.OfException(fault);
            if (failure.Side == RunFailures.Bug)
                RunActivityLog.Bug(Workspace.Environment.Log, fault, Name, end.Subject.Run.ToString());
            return (plan, null, failure);
        }
    }

    private static RunState StateOf(RestoreEnd end, RestoreReport? done) =>
        end.Failure switch
        {
            null => done is null or { Complete: true } ? RunState.Succeeded : RunState.Partial,
            { Side: RunFailures.Run, Reason: not RunFailures.Lost } => RunState.Cancelled,
            _ => RunState.Failed,
        };

    private static int Written(RestoreReport report) =>
        report
            .Counts.Where(c =>
                c.Key
                    is nameof(OutcomeKind.Created)
                        or nameof(OutcomeKind.Updated)
                        or nameof(OutcomeKind.Replaced)
                        or nameof(OutcomeKind.Deleted)
            )
            .Sum(c => c.Value);
}
