using System.Collections.Immutable;
using Holdfast.Capture.Exporting;

namespace Holdfast.Capture.Sealing;

/// <summary>Puts the pieces of slices that were exported in several calls together. Pure.</summary>
internal static class SliceMerge
{
    /// <summary>Every slice once; the pieces of a slice that its unit read in several calls are joined in order.</summary>
    public static ImmutableArray<SliceResult> Whole(IEnumerable<UnitResult> results) =>
        [
            .. results
                .OrderBy(r => r.Unit)
                .ThenBy(r => r.Piece)
                .SelectMany(r => r.Slices.Select(s => (r.Unit, Slice: s)))
                .GroupBy(s => (s.Unit, s.Slice.Resource, s.Slice.Namespace), s => s.Slice)
                .Select(pieces => pieces.Aggregate(Join)),
        ];

    private static SliceResult Join(SliceResult earlier, SliceResult later) =>
        later.Restarted
            ? later
            : InOrder(
                later with
                {
                    ObjectsExcluded = earlier.ObjectsExcluded + later.ObjectsExcluded,
                    Revision = earlier.Revision ?? later.Revision,
                    Missed = [.. earlier.Missed, .. later.Missed],
                    Segments = Join(earlier.Segments, later.Segments),
                }
            );

    /// <summary>
    /// A namespace that came again in a later piece: a server that lists out of order may have left out as well as repeated.
    /// </summary>
    private static SliceResult InOrder(SliceResult slice)
    {
        var twice = slice.Segments.Where(s => s.Objects > 0).GroupBy(s => s.Namespace).FirstOrDefault(g => g.Count() > 1);
        return twice is null
            ? slice
            : slice with
            {
                State = SliceState.Failed,
                Error =
                    $"the list of {slice.Resource} isn't in order of namespaces: '{twice.Key}' appears twice; the server violates the "
                    + "API conventions",
                Segments = [.. slice.Segments.Where(s => s.Namespace != twice.Key)],
            };
    }

    private static ImmutableArray<SegmentPiece> Join(ImmutableArray<SegmentPiece> earlier, ImmutableArray<SegmentPiece> later)
    {
        if (earlier.IsEmpty || later.IsEmpty || earlier[^1].Fingerprint is not null)
            return [.. earlier, .. later];
        var (open, rest) = (earlier[^1], later[0]);
        var joined = rest with { Objects = open.Objects + rest.Objects, Parts = [.. open.Parts, .. rest.Parts] };
        return [.. earlier[..^1], joined, .. later[1..]];
    }
}
