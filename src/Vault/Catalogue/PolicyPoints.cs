using System.Collections.Immutable;
using Holdfast.Archive.Points;

namespace Holdfast.Vault.Catalogue;

/// <summary>Under which policies the points of a cluster were made, as far as it is known.</summary>
/// <param name="Newest">By the policy's name: the newest point that was made under it.</param>
/// <param name="Unsearched">Older points that this call didn't look at: the next one continues.</param>
/// <param name="Faults">Points whose inventory can't be read, and why, for a person.</param>
public sealed record PolicyPoints(ImmutableDictionary<string, SealedPoint> Newest, int Unsearched, ImmutableArray<string> Faults);
