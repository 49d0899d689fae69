using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;

namespace Holdfast.Capture.Exporting;

/// <summary>One slice while a lane reads it: becomes a <see cref="SliceResult"/>.</summary>
internal sealed class SliceReading(Slice slice)
{
    private const int MostMissed = 1_000;

    public Slice Slice => slice;
    public SliceState State { get; set; }
    public string? Error { get; set; }
    public Revision? Revision { get; set; }
    public long ObjectsExcluded { get; set; }
    public bool Restarted { get; init; }

    /// <summary>The list was begun again: this reading doesn't count.</summary>
    public bool IsVoid { get; set; }

    /// <summary>Null: its lists were not read.</summary>
    public SegmentWalk? Walk { get; init; }
    public ImmutableArray<SegmentPiece> Reused { get; set; } = [];

    /// <summary>Once the pack writer of the walk has completed.</summary>
    public SliceResult Result()
    {
        var walked = Walk?.Ended ?? [];
        return new(
            slice.Resource,
            slice.Namespace,
            State,
            [.. Reused, .. walked.Where(s => s.IsBegun).Select(s => new SegmentPiece(s.Namespace, s.Objects, s.Fingerprint, s.Parts))]
        )
        {
            Error = Error,
            Restarted = Restarted,
            ObjectsExcluded = ObjectsExcluded + walked.Sum(s => s.Excluded),
            Revision = Revision,
            Missed = Walk is null ? [] : Named(Walk.Missed),
        };
    }

    /// <summary>Each by its name, unless there are too many to read.</summary>
    private static ImmutableArray<MissedObject> Named(List<MissedObject> missed) =>
        missed.Count <= MostMissed
            ? [.. missed]
            : [.. missed.Take(MostMissed), new(null, $"{missed.Count - MostMissed} more objects can't be stored")];
}
