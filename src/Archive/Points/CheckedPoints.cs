using System.Collections.Immutable;

namespace Holdfast.Archive.Points;

/// <summary>Points in order of cluster, then sequence, and what is wrong with them.</summary>
/// <param name="Faults">For a person: points that can't be trusted, and seals that were swapped, left out, damaged or don't follow.</param>
public sealed record CheckedPoints(ImmutableArray<CheckedPoint> Points, ImmutableArray<string> Faults);

/// <param name="Untrusted">Why it can't be trusted, or isn't part of the chain, for a person; null: it is trusted.</param>
public sealed record CheckedPoint(SealedPoint Point, string? Untrusted);
