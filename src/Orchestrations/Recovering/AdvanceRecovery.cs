using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore.Recovery;

namespace Holdfast.Orchestrations.Recovering;

/// <param name="At">When the run came to it; the first time, when it began to apply.</param>
internal sealed record GroupAdvance(RecoveryOrder Order, DateTimeOffset At)
{
    /// <summary>The number of the group that is done; null: this attempt begins.</summary>
    public int? Passed { get; init; }

    /// <summary>For how long that group waited for someone to confirm.</summary>
    public double PausedSeconds { get; init; }
}

/// <param name="Group">Null: all are done.</param>
internal sealed record NextGroup(GroupBrief? Group);

/// <summary>What the orchestrator has to know of a group.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Checks">How many.</param>
/// <param name="Pause">Cut; null: no one is asked.</param>
internal sealed record GroupBrief(
    int Number,
    string Name,
    ImmutableArray<RestoreBrief> Restores,
    int Checks,
    string? Pause,
    bool ContinuesOnPartial
)
{
    public GroupOutline Outline() => new([.. Restores.Select(r => r.Name)], Checks, Pause is not null, ContinuesOnPartial);
}

internal enum RestoreAttempt
{
    /// <summary>It has no outcomes of an earlier attempt.</summary>
    New,

    /// <summary>It is resumed.</summary>
    Begun,

    /// <summary>It isn't made again.</summary>
    Complete,
}

/// <param name="Digest">Of its plan.</param>
internal sealed record RestoreBrief(string Name, ClusterName Target, ContentDigest Digest, RestoreAttempt Attempt);

/// <summary>Keeps that a group is done, and finds the next one. Repeated, it gives the same.</summary>
internal sealed class AdvanceRecovery(RecoveryRuns recoveries) : RunActivity<GroupAdvance, NextGroup>(recoveries.Records)
{
    public const string Name = nameof(AdvanceRecovery);

    protected override async Task<NextGroup> DoAsync(GroupAdvance advance, CancellationToken cancellation)
    {
        var plan = await recoveries.PlanAsync(advance.Order, cancellation);
        var journal = recoveries.JournalOf(advance.Order.Run);
        var passed = With(await journal.ReadPassedAsync(cancellation), advance, plan);
        await journal.StorePassedAsync(passed, cancellation);
        foreach (var (number, group) in plan.Groups.Index())
            if (!passed.Groups.Contains(group.Name))
                return new(await BriefAsync(advance.Order.Run, number, group, cancellation));
        return new(null);
    }

    private static PassedGroups With(PassedGroups passed, GroupAdvance advance, RecoveryPlan plan)
    {
        passed = passed with { AppliedFrom = passed.AppliedFrom ?? advance.At };
        return advance.Passed is not { } number || passed.Groups.Contains(plan.Groups[number].Name)
            ? passed
            : passed with
            {
                Groups = passed.Groups.Add(plan.Groups[number].Name),
                PausedSeconds = passed.PausedSeconds + advance.PausedSeconds,
            };
    }

    private async Task<GroupBrief> BriefAsync(RunId run, int number, PlannedGroup group, CancellationToken cancellation)
    {
        var restores = ImmutableArray.CreateBuilder<RestoreBrief>();
        foreach (var restore in group.Restores)
        {
            var (_, report) = await Records.Reports.EndOfAsync(run.OfRestore(restore.Name), cancellation);
            restores.Add(new(restore.Name, RecoveryPlans.TargetOf(restore), restore.Digest, AttemptOf(report)));
        }
        var outline = GroupOutline.Of(group);
        return new(number, group.Name, restores.ToImmutable(), outline.Checks, RunResult.Cut(group.Pause), outline.ContinuesOnPartial);
    }

    /// <summary>One that ended before it took over its plan begins again.</summary>
    private static RestoreAttempt AttemptOf(RunReport? report) =>
        report switch
        {
            { State: RunState.Succeeded } => RestoreAttempt.Complete,
            { Plan: not null } => RestoreAttempt.Begun,
            _ => RestoreAttempt.New,
        };
}
