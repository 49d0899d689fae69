using Holdfast.Archive.Format;

namespace Holdfast.Archive.Points;

/// <summary>Checks one link of the chain, in which each seal names the previous ones with their digests. Pure.</summary>
internal static class ChainLinks
{
    /// <summary>A capture a minute for nineteen centuries; also keeps the next number from overflowing.</summary>
    private const long HighestSequence = 1_000_000_000;

    /// <param name="known">Seals that could be read, the previous ones among them.</param>
    /// <param name="there">The points with anything at their seal's path.</param>
    public static IEnumerable<ChainFault> Faults(
        SealedPoint point,
        IReadOnlyDictionary<PointId, SealedPoint> known,
        IReadOnlyCollection<PointId> there
    )
    {
        long highest = 0;
        var (complete, gone) = (true, 0);
        foreach (var previous in point.Seal.Previous)
        {
            if (known.TryGetValue(previous.Point, out var before))
                highest = Math.Max(highest, before.Seal.Sequence);
            else
                complete = false;
            if (before is not null && before.SealDigest != previous.Seal)
                yield return Swapped(point, previous);
            else if (before is null && !there.Contains(previous.Point))
            {
                gone++;
                yield return Missing(point, previous);
            }
        }
        if (complete && point.Seal.Sequence != highest + 1)
            yield return Gap(point, $"{highest + 1} follows from the seals before it");
        else if (!complete && point.Seal.Sequence > there.Count + gone)
            yield return Gap(point, $"there are only {there.Count} seals, and seals are never purged");
        else if (point.Seal.Sequence > HighestSequence)
            yield return Gap(point, "a chain can't be that long");
    }

    private static ChainFault Gap(SealedPoint point, string but) =>
        new(ChainFaultKind.Gap, point.Id, $"The chain is broken at {point.Id}: it is number {point.Seal.Sequence}, but {but}");

    private static ChainFault Swapped(SealedPoint point, PreviousSeal previous) =>
        new(
            ChainFaultKind.Swapped,
            previous.Point,
            $"The seal of {previous.Point} isn't the one that {point.Id} was chained to ({previous.Seal}): one of the two was forged"
        );

    private static ChainFault Missing(SealedPoint point, PreviousSeal previous) =>
        new(
            ChainFaultKind.Missing,
            previous.Point,
            $"The seal of {previous.Point} is missing, which {point.Id} names as previous; seals are never purged, so it was deleted"
        );
}
