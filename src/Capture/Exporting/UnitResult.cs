using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;

namespace Holdfast.Capture.Exporting;

/// <summary>What one call of a unit's export read and wrote. Serialisable; results of one plan may be merged in any order.</summary>
public sealed record UnitResult
{
    public required int Unit { get; init; }
    public required int Piece { get; init; }
    public required ImmutableArray<SliceResult> Slices { get; init; }

    /// <summary>What is still to be exported, because the time was up; null: the unit is done.</summary>
    public CaptureUnit? Rest { get; init; }
    public int PacksWritten { get; init; }
    public long BytesWritten { get; init; }

    [JsonIgnore]
    public UnitCounts Counts =>
        new()
        {
            Objects = Slices.Sum(slice => slice.Segments.Sum(segment => segment.Objects)),
            Bytes = Slices.Sum(slice => slice.Segments.Sum(segment => segment.Parts.Sum(part => part.RawBytes))),
            Failed = Slices.Count(slice => slice.State == SliceState.Failed),
            Done = Rest is null ? 1 : 0,
        };
}

/// <summary>One call of a unit's export in numbers. Small and serialisable.</summary>
public sealed record UnitCounts : CaptureCounts
{
    /// <summary>The time was up: the unit has another piece.</summary>
    [JsonIgnore]
    public bool HasMore => Done == 0;

    /// <summary>What release 0.1.0 wrote instead of <see cref="CaptureCounts.Done"/>.</summary>
    [JsonPropertyName("goesOn")]
    public bool? Unfinished
    {
        get => null;
        set => Done = value is false ? 1 : 0;
    }
}

public enum SliceState
{
    /// <summary>Read to its end.</summary>
    Done,

    /// <summary>The unit's next piece continues it.</summary>
    Open,

    /// <summary>The server no longer has the revision: read nothing more, another revision must be pinned.</summary>
    Expired,

    /// <summary>Can't be read; the rest of the cluster can.</summary>
    Failed,
}

/// <param name="Segments">Complete ones, and at the end of an open slice one without its fingerprint.</param>
public sealed record SliceResult(string Resource, string? Namespace, SliceState State, ImmutableArray<SegmentPiece> Segments)
{
    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>The list was begun again: the results of earlier pieces don't count.</summary>
    public bool Restarted { get; init; }

    /// <summary>Objects left out one by one.</summary>
    public long ObjectsExcluded { get; init; }

    /// <summary>The revision that the objects are of.</summary>
    public Revision? Revision { get; init; }

    /// <summary>Objects that can't be stored: the others of their segments are.</summary>
    public ImmutableArray<MissedObject> Missed
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>A segment, or as much of one as this piece of a unit holds: the next piece's first segment continues it.</summary>
/// <param name="Fingerprint">Null: the next piece continues it.</param>
/// <param name="Reused">It is of an earlier point, and was not read.</param>
public sealed record SegmentPiece(
    string? Namespace,
    long Objects,
    ContentDigest? Fingerprint,
    ImmutableArray<Part> Parts,
    bool Reused = false
);

/// <summary>An object that was listed and can't be stored.</summary>
/// <param name="Reason">Why, with its name, for a person.</param>
public sealed record MissedObject(string? Namespace, string Reason);
