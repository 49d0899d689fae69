using Holdfast.Archive.Format;
using Holdfast.Control;

namespace Holdfast.Vault.Retention;

/// <summary>What retention has to know of a point that isn't expired.</summary>
/// <param name="Sequence">Of its seal: order and "last" come from here.</param>
/// <param name="PinnedAt">Of its seal: which hour, day, week, month and year it is of.</param>
/// <param name="Policy">The policy that it was made under; null: a person asked for it.</param>
/// <param name="KeepUntil">Until when storage was asked to refuse its deletion; null: it wasn't.</param>
public sealed record PointFacts(
    PointId Id,
    long Sequence,
    DateTimeOffset PinnedAt,
    PointState State,
    PolicyName? Policy,
    DateTimeOffset? KeepUntil
)
{
    /// <summary>Why someone holds it; null: no one does.</summary>
    public string? Hold { get; init; }

    /// <summary>
    /// Why it isn't a point to count on, for a person; null: it is one. Others don't go because of it, and it doesn't go by itself.
    /// </summary>
    public string? Doubt { get; init; }
}
