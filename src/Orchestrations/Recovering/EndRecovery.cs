using Holdfast.Control;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Recovery;

namespace Holdfast.Orchestrations.Recovering;

/// <param name="Failure">Null: it came to its end.</param>
internal sealed record RecoveryEnd(
    RecoveryOrder Order,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    Failure? Failure,
    Cancellation? Cancelled,
    Approval? Approval
);

/// <summary>
/// Writes the report of a recovery from those of its restores. The plan, and how far it came, stay, so that the run can be resumed.
/// Repeated, it writes the same.
/// </summary>
internal sealed class EndRecovery(RecoveryRuns recoveries) : RunActivity<RecoveryEnd, RunResult>(recoveries.Records)
{
    public const string Name = nameof(EndRecovery);

    protected override Task<RunResult> DoAsync(RecoveryEnd end, CancellationToken cancellation) => EndAsync(end, cancellation);

    public async Task<RunResult> EndAsync(RecoveryEnd end, CancellationToken cancellation)
    {
        var (recovery, unreadable) = await FoundAsync(end, cancellation);
        end = end with { Failure = end.Failure ?? unreadable };
        var report = new RunReport
        {
            Run = end.Order.Run,
            Kind = end.Order.Kind,
            State = StateOf(end, recovery),
            RequestedBy = end.Order.RequestedBy,
            StartedAt = end.StartedAt,
            EndedAt = end.EndedAt,
            Seconds = (end.EndedAt - end.StartedAt).TotalSeconds,
            Failure = end.Failure,
            Recovery = recovery,
            Approval = end.Approval,
            Cancelled = end.Cancelled,
        };
        await Records.Reports.WriteAsync(report, cancellation);
        await Records.Stops.RemoveAsync(end.Order.Run, cancellation);
        await Records.Orders.RemoveAsync(end.Order.Run, cancellation);
        return RunResult.Of(report);
    }

    /// <summary>
    /// A plan that can't be read must not prevent a report: the report says so. Where the control container itself doesn't answer, the step
    /// is tried again.
    /// </summary>
    private async Task<(RecoveryReport? Report, Failure? Unreadable)> FoundAsync(RecoveryEnd end, CancellationToken cancellation)
    {
        try
        {
            var run = end.Order.Plan?.Run ?? end.Order.Run;
            var plan = await recoveries.JournalOf(run).ReadPlanAsync(cancellation);
            return (plan is null ? null : await ReportAsync(end, new(run, plan.Digest!.Value), plan, cancellation), null);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested && fault is not ControlException { IsOfDocument: false })
        {
            var failure = Failure.Of(fault);
            if (failure.Side == FailureSide.Bug)
                RunActivityLog.Bug(Records.Environment.Log, fault, Name, end.Order.Run.ToString());
            return (null, failure);
        }
    }

    private async Task<RecoveryReport> ReportAsync(
        RecoveryEnd end,
        PlanReference reference,
        RecoveryPlan plan,
        CancellationToken cancellation
    )
    {
        var passed = await recoveries.JournalOf(end.Order.Run).ReadPassedAsync(cancellation);
        var report = new RecoveryReport(reference)
        {
            Drill = plan.Drill,
            Groups = await RecoveryPlans.GroupsAsync(Records.Reports, end.Order.Run, plan, passed, cancellation),
            PausedSeconds = Math.Round(passed.PausedSeconds, 3),
        };
        return end.Failure is null && IsComplete(report) && passed.AppliedFrom is { } from
            ? report with
            {
                RtoSeconds = plan.RtoSeconds(from, end.EndedAt, passed.PausedSeconds),
            }
            : report;
    }

    private static bool IsComplete(RecoveryReport report) =>
        report.Groups.All(group => group.Passed && group.Restores.All(restore => restore.State == RunState.Succeeded));

    private static RunState StateOf(RecoveryEnd end, RecoveryReport? recovery) =>
        end.Failure switch
        {
            null => end.Order.PlanOnly || (recovery is not null && IsComplete(recovery)) ? RunState.Succeeded : RunState.Partial,
            { IsDecision: true } => RunState.Cancelled,
            _ => end.Cancelled is null ? RunState.Failed : RunState.Cancelled,
        };
}
