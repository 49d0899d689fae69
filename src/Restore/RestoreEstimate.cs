using System.Collections.Immutable;

namespace Holdfast.Restore;

/// <summary>About how long a plan takes to be written: between a target that answers at once and one that is busy or far away.</summary>
/// <param name="Writes">Objects that are written or deleted.</param>
public sealed record RestoreEstimate(int Writes, double LeastSeconds, double MostSeconds)
{
    /// <summary>Of the stages that write something, in their order.</summary>
    public ImmutableArray<StageEstimate> Stages
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What takes time as well, and how long isn't known: volumes' data, restore hooks, readiness.</summary>
    public ImmutableArray<string> NotIncluded
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

public sealed record StageEstimate(RestoreStage Stage, int Writes, double LeastSeconds, double MostSeconds);
