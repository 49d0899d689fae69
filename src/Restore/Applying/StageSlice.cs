using System.Collections.Immutable;

namespace Holdfast.Restore.Applying;

/// <summary>A bounded, repeatable piece of a restore: some steps of one stage, or one of the last passes over them. Serialisable.</summary>
/// <param name="Steps">Numbers of steps, in the plan's order.</param>
public sealed record StageSlice(RestoreStage Stage, ImmutableArray<int> Steps)
{
    /// <summary>
    /// Large enough that 32 writes stay in flight nearly all the time, small enough for an activity of minutes on a slow server.
    /// </summary>
    public const int MostSteps = 2_000;

    /// <summary>Set: not the steps themselves but this work on what they wrote. One flag at a time.</summary>
    public PendingWork Finishing { get; init; }

    /// <summary>Nothing comes after this attempt: what is deferred now fails.</summary>
    public bool Last { get; init; }
}

/// <param name="Outcomes">Of the steps that were tried.</param>
/// <param name="Rest">What the budget left undone; null when nothing.</param>
public sealed record AppliedSlice(ImmutableArray<StepOutcome> Outcomes, StageSlice? Rest);
