using System.Collections.Immutable;

namespace Holdfast.Restore.Recovery;

/// <summary>What of a group decides what comes next in it.</summary>
/// <param name="Restores">Their names, in order.</param>
/// <param name="Checks">How many it has.</param>
/// <param name="Pauses">Someone has to confirm before the next group begins.</param>
/// <param name="ContinuesOnPartial">Restores that aren't complete don't stop the recovery.</param>
public sealed record GroupOutline(ImmutableArray<string> Restores, int Checks, bool Pauses, bool ContinuesOnPartial)
{
    public static GroupOutline Of(PlannedGroup group) =>
        new([.. group.Restores.Select(r => r.Name)], group.Checks?.Length ?? 0, group.Pause is not null, group.ContinueOnPartial == true);
}

/// <summary>How far an attempt at a group is.</summary>
public sealed record GroupProgress
{
    /// <summary>Restores that aren't made again in this attempt, and whether each is complete.</summary>
    public ImmutableSortedDictionary<string, bool> Ended { get; init; } =
        ImmutableSortedDictionary.Create<string, bool>(StringComparer.Ordinal);

    /// <summary>Checks that have passed, the first ones.</summary>
    public int Checked { get; init; }

    /// <summary>Someone has said that the next group may begin.</summary>
    public bool IsConfirmed { get; init; }
}

public enum GroupStepKind
{
    /// <summary>Make the restore of this number.</summary>
    Restore,

    /// <summary>Make the check of this number.</summary>
    Check,

    /// <summary>Wait until someone confirms.</summary>
    Pause,

    /// <summary>The group is done, and the next one may begin.</summary>
    Pass,

    /// <summary>The next group may not begin.</summary>
    Stop,
}

/// <param name="Number">Of a restore or a check, from 0.</param>
/// <param name="Why">It stops.</param>
public sealed record GroupStep(GroupStepKind Kind, int Number = 0, string? Why = null);

/// <summary>
/// Decides what comes next in a group of a recovery: its restores in order, whether the next group may begin after them, its checks, its
/// pause. Pure: whoever runs a recovery asks it after each step.
/// </summary>
public static class RecoveryProgression
{
    public static GroupStep Next(GroupOutline group, GroupProgress progress)
    {
        foreach (var (number, restore) in group.Restores.Index())
            if (!progress.Ended.ContainsKey(restore))
                return new(GroupStepKind.Restore, number);
        var flawed = group.Restores.Where(restore => !progress.Ended[restore]).ToList();
        if (flawed.Count > 0 && !group.ContinuesOnPartial)
            return new(GroupStepKind.Stop, Why: $"{string.Join(", ", flawed)} {(flawed.Count == 1 ? "isn't" : "aren't")} complete");
        if (progress.Checked < group.Checks)
            return new(GroupStepKind.Check, progress.Checked);
        return new(group.Pauses && !progress.IsConfirmed ? GroupStepKind.Pause : GroupStepKind.Pass);
    }

    /// <summary>Why a failed check stops the recovery.</summary>
    public static string StopOf(RecoveryCheck check, string flaw) =>
        $"the check of {check} in the target of {check.Restore} failed: {flaw}";
}
