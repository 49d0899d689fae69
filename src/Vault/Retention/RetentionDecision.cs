using System.Collections.Immutable;

namespace Holdfast.Vault.Retention;

/// <summary>What retention decides on a point, with the reasons.</summary>
/// <param name="Kept">Why it stays; empty: it expires.</param>
/// <param name="Rule">The rule that applies to it, as <c>expired.json</c> has it: <c>policy nightly: daily 7</c>; null: none does.</param>
public sealed record RetentionDecision(PointFacts Point, ImmutableArray<KeepReason> Kept, string? Rule)
{
    public bool Expires => Kept.IsEmpty;
}
