using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Recovering;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Recovery;

namespace Holdfast.Functions.Api.Documents;

/// <summary>
/// A recovery to plan. (Set, not init: what generated code leaves out of an init-only property is nothing, not its default.)
/// </summary>
internal record NewRecoveryPlan
{
    /// <summary>The document, as <c>recovery.yaml</c> has it; each restore goes into a registered cluster.</summary>
    public RecoveryDocument? Recovery { get; set; }

    /// <summary>The document's drill, not the recovery itself.</summary>
    public bool Drill { get; set; }
}

/// <summary>A recovery: of a plan that was looked at, or one that plans by itself.</summary>
internal sealed record NewRecovery : NewRecoveryPlan
{
    /// <summary>The plan to apply and nothing else; nothing of the other terms but the approval can be given beside it.</summary>
    public PlanReference? Plan { get; set; }

    /// <summary>Set: the plan is applied only once it is approved.</summary>
    public NewApprovalTerms? Approval { get; set; }
}

/// <summary>A recovery or its plan, group by group.</summary>
/// <param name="Plan">What an approval, or a recovery that applies it, names.</param>
internal sealed record RecoveryView(RunSummary Run, PlanReference Plan, DateTimeOffset PlannedAt, bool Drill)
{
    public required ImmutableArray<RecoveryGroupView> Groups { get; init; }

    /// <param name="groups">How far the run is.</param>
    public static RecoveryView Of(RunSummary run, RunId planned, RecoveryPlan plan, ImmutableArray<RecoveredGroup> groups) =>
        new(run, new(planned, plan.Digest!.Value), plan.PlannedAt, plan.Drill == true)
        {
            Groups = [.. plan.Groups.Zip(groups, (of, recovered) => RecoveryGroupView.Of(planned, of, recovered))],
        };
}

/// <param name="Passed">The next one may begin, or might.</param>
/// <param name="Checks">As texts: <c>deployment/web in shop</c>.</param>
/// <param name="Pause">What a person confirms before the next group; null: nothing.</param>
internal sealed record RecoveryGroupView(string Name, bool Passed, ImmutableArray<string> Checks, string? Pause, bool ContinueOnPartial)
{
    public required ImmutableArray<RecoveryRestoreView> Restores { get; init; }

    public static RecoveryGroupView Of(RunId planned, PlannedGroup group, RecoveredGroup recovered) =>
        new(
            group.Name,
            recovered.Passed,
            [.. (group.Checks ?? []).Select(check => $"{check} in the target of {check.Restore}")],
            group.Pause,
            group.ContinueOnPartial == true
        )
        {
            Restores = [.. group.Restores.Zip(recovered.Restores, (of, made) => RecoveryRestoreView.Of(planned, of, made))],
        };
}

/// <param name="Plan">GET /plans/{run} shows it step by step.</param>
/// <param name="Cluster">The cluster that the point is of.</param>
/// <param name="Counts">Steps by action.</param>
/// <param name="Incomplete">How many objects will not come back, or not as they were.</param>
internal sealed record RecoveryRestoreView(
    string Name,
    PlanReference Plan,
    ClusterName Cluster,
    PointId Point,
    ClusterName Target,
    ImmutableSortedDictionary<string, int> Counts,
    int Incomplete
)
{
    /// <summary>The restore's own run, which has a report; null: it hasn't ended.</summary>
    public RunId? Run { get; init; }

    /// <summary>How it ended; null: it hasn't.</summary>
    public RunState? State { get; init; }

    /// <summary>Why it isn't Succeeded; the first of several.</summary>
    public string? Reason { get; init; }

    /// <summary>Its achieved recovery time; null: it isn't complete.</summary>
    public double? RtoSeconds { get; init; }

    public static RecoveryRestoreView Of(RunId planned, PlannedRestore restore, RecoveredRestore made) =>
        new(
            restore.Name,
            new(planned.OfRestore(restore.Name), restore.Digest),
            restore.Cluster,
            restore.Point,
            RecoveryPlans.TargetOf(restore),
            restore.Counts,
            restore.Incomplete
        )
        {
            Run = made.State is null ? null : made.Run,
            State = made.State,
            Reason = made.Reason,
            RtoSeconds = made.RtoSeconds,
        };
}
