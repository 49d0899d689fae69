using System.Collections.Immutable;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>A bounded, repeatable piece of a restore: some steps of one stage, or one of the last passes over them. Serialisable.</summary>
/// <param name="Steps">Numbers of steps, in the plan's order.</param>
public sealed record StageSlice(RestoreStage Stage, ImmutableArray<int> Steps)
{
    /// <summary>Set: not the steps themselves but this work on what they wrote. One flag at a time.</summary>
    public PendingWork Finishing { get; init; }

    /// <summary>Nothing comes after this attempt: what is deferred now fails.</summary>
    public bool Last { get; init; }
}

/// <param name="Outcomes">Of the steps that were tried.</param>
/// <param name="Rest">What the budget left undone; null when nothing.</param>
public sealed record SliceResult(ImmutableArray<StepOutcome> Outcomes, StageSlice? Rest);

/// <summary>Cuts a plan into slices. Pure.</summary>
public static class StageSlices
{
    /// <summary>Large enough that 32 writes stay in flight nearly all the time, small enough for an activity of minutes on a slow server.</summary>
    public const int DefaultSize = 2_000;

    /// <summary>Every step of the plan, stage by stage.</summary>
    public static ImmutableArray<StageSlice> Of(RestorePlan plan, int size = DefaultSize) =>
        [.. Enum.GetValues<RestoreStage>().SelectMany(stage => Of(plan, stage, _ => true, size))];

    /// <summary>The chosen steps of one stage.</summary>
    public static IEnumerable<StageSlice> Of(RestorePlan plan, RestoreStage stage, Func<RestoreStep, bool> chosen, int size = DefaultSize) =>
        plan.Steps.Where(s => s.Stage == stage && chosen(s)).Select(s => s.Number).Chunk(size).Select(numbers => new StageSlice(stage, [.. numbers]));
}
