using Holdfast.Archive.Format;

namespace Holdfast.Archive.Points;

/// <summary>Each seal names those before it with their digests: follows one such step. Pure.</summary>
internal static class ChainLinks
{
    /// <param name="known">Seals that could be read, the previous ones among them.</param>
    /// <param name="isThere">Whether anything lies in the place of a point's seal.</param>
    public static IEnumerable<ChainFault> Faults(SealedPoint point, IReadOnlyDictionary<PointId, SealedPoint> known, Func<PointId, bool> isThere)
    {
        long highest = 0;
        var complete = true;
        foreach (var previous in point.Seal.Previous)
        {
            if (known.TryGetValue(previous.Point, out var before))
                highest = Math.Max(highest, before.Seal.Sequence);
            else
                complete = false;
            if (before is not null && before.SealDigest != previous.Seal)
                yield return Swapped(point, previous);
            else if (before is null && !isThere(previous.Point))
                yield return Missing(point, previous);
        }
        if (complete && point.Seal.Sequence != highest + 1)
            yield return new(ChainFaultKind.Gap, point.Id, $"The chain is broken at {point.Id}: it is number {point.Seal.Sequence}, but {highest + 1} follows from the seals before it");
    }

    private static ChainFault Swapped(SealedPoint point, PreviousSeal previous) => new(
        ChainFaultKind.Swapped, previous.Point, $"The seal of {previous.Point} is not the one that {point.Id} was chained to ({previous.Seal}): one of the two was forged");

    private static ChainFault Missing(SealedPoint point, PreviousSeal previous) => new(
        ChainFaultKind.Missing, previous.Point, $"The seal of {previous.Point} is gone, which {point.Id} names as previous; seals are never purged, so somebody or something deleted it");
}
