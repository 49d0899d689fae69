using System.Collections.Immutable;

namespace Holdfast.Restore;

/// <summary>
/// How long a restore took: planning, then from its first write. An interruption between two attempts counts, a wait for an approval
/// doesn't.
/// </summary>
public sealed record RestoreTimings
{
    public const int MostObjects = 10;

    /// <summary>How long planning took; null: the plan doesn't say.</summary>
    public double? PlanSeconds { get; init; }

    /// <summary>From the first write to the last.</summary>
    public required double WrittenSeconds { get; init; }

    /// <summary>From the first write until all that was waited for was ready; null: it wasn't waited for, or not all was.</summary>
    public double? ReadySeconds { get; init; }

    /// <summary>
    /// The achieved recovery time: planning, and then until all was ready, or written where that wasn't waited for. Null: something failed,
    /// or wasn't ready.
    /// </summary>
    public double? RtoSeconds { get; init; }

    /// <summary>Of the stages that wrote something, in their order.</summary>
    public ImmutableArray<StageTiming> Stages
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What became ready last, the slowest first; at most <see cref="MostObjects"/>.</summary>
    public ImmutableArray<ObjectTiming> Slowest
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <param name="Objects">How many were written.</param>
/// <param name="WrittenSeconds">From the restore's first write to the stage's last.</param>
/// <param name="ReadySeconds">From the same until what of it was waited for was ready; null: nothing was, or not all.</param>
/// <param name="NotReady">How many weren't ready when waiting ended.</param>
public sealed record StageTiming(RestoreStage Stage, int Objects, double WrittenSeconds, double? ReadySeconds, int NotReady);

/// <param name="ReadySeconds">From the restore's first write until the object was seen to be ready.</param>
public sealed record ObjectTiming(string Resource, string? Namespace, string Name, double ReadySeconds);
