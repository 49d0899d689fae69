using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Recovery;

namespace Holdfast.Orchestrations.Recovering;

/// <summary>Reads the plans of recoveries, and what has become of them. Thread-safe.</summary>
public static class RecoveryPlans
{
    /// <returns>Null: the run has made none yet, or doesn't exist.</returns>
    /// <exception cref="RestoreException">BadPlan: the document was changed, or isn't of this service.</exception>
    public static Task<RecoveryPlan?> ReadAsync(RunEnvironment environment, RunId run, CancellationToken cancellation) =>
        JournalOf(environment, run).ReadPlanAsync(cancellation);

    /// <summary>How far a run is with a plan, group by group.</summary>
    public static async Task<ImmutableArray<RecoveredGroup>> GroupsAsync(
        RunEnvironment environment,
        RunId run,
        RecoveryPlan plan,
        CancellationToken cancellation
    )
    {
        var passed = await JournalOf(environment, run).ReadPassedAsync(cancellation);
        return await GroupsAsync(new RunReports(environment.Control, environment.Time), run, plan, passed, cancellation);
    }

    /// <summary>The cluster that a restore goes into: a service plans for registered clusters only.</summary>
    public static ClusterName TargetOf(PlannedRestore restore) => restore.Target.Cluster ?? restore.Cluster;

    internal static RecoveryJournal JournalOf(RunEnvironment environment, RunId run) =>
        new(environment.Control, RunReports.FolderOf(run), environment.PlanKey);

    internal static async Task<ImmutableArray<RecoveredGroup>> GroupsAsync(
        RunReports reports,
        RunId run,
        RecoveryPlan plan,
        PassedGroups passed,
        CancellationToken cancellation
    )
    {
        var groups = ImmutableArray.CreateBuilder<RecoveredGroup>();
        foreach (var group in plan.Groups)
        {
            var restores = ImmutableArray.CreateBuilder<RecoveredRestore>();
            foreach (var restore in group.Restores)
                restores.Add(await RestoredAsync(reports, run.OfRestore(restore.Name), restore, cancellation));
            groups.Add(new(group.Name, passed.Groups.Contains(group.Name), restores.ToImmutable()));
        }
        return groups.ToImmutable();
    }

    private static async Task<RecoveredRestore> RestoredAsync(
        RunReports reports,
        RunId run,
        PlannedRestore restore,
        CancellationToken cancellation
    )
    {
        var recovered = new RecoveredRestore(restore.Name, run, TargetOf(restore));
        var (hasEnded, report) = await reports.EndOfAsync(run, cancellation);
        if (report is not null)
            return recovered with
            {
                State = report.State,
                Reason = RunResult.Of(report).Reason,
                RtoSeconds = report.Restore?.Timings?.RtoSeconds,
            };
        return hasEnded
            ? recovered with
            {
                State = RunState.Failed,
                Reason = $"its report {RunReports.PathOf(run)} can't be used",
            }
            : recovered;
    }
}
