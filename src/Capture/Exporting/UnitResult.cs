using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;

namespace Holdfast.Capture.Exporting;

/// <summary>What one call of a unit's export brought. Serialisable; results of one plan may be merged in any order.</summary>
public sealed record UnitResult
{
    public required int Unit { get; init; }
    public required int Piece { get; init; }
    public required ImmutableArray<SliceResult> Slices { get; init; }

    /// <summary>What is still to be exported, because the time was up; null: the unit is done.</summary>
    public CaptureUnit? Rest { get; init; }
    public int PacksWritten { get; init; }
    public long BytesWritten { get; init; }
}

public enum SliceState
{
    /// <summary>Read to its end.</summary>
    Done,

    /// <summary>Goes on in the unit's next piece.</summary>
    Open,

    /// <summary>The server no longer has the revision: read nothing more, another revision must be pinned.</summary>
    Expired,

    /// <summary>Can't be read; the rest of the cluster can.</summary>
    Failed,
}

/// <param name="Segments">Complete ones, and at the end of an open slice one without its fingerprint.</param>
public sealed record SliceResult(string Resource, string? Namespace, SliceState State, ImmutableArray<ExportedSegment> Segments)
{
    /// <summary>Why it failed.</summary>
    public string? Error { get; init; }

    /// <summary>It was begun again: what earlier pieces brought of it is void.</summary>
    public bool Restarted { get; init; }

    /// <summary>Objects left out one by one.</summary>
    public long ObjectsExcluded { get; init; }

    /// <summary>The revision that the objects are of.</summary>
    public string? Revision { get; init; }

    /// <summary>Objects that can't be stored: the others of their segments are.</summary>
    public ImmutableArray<MissedObject> Missed
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>A segment, or as much of one as this piece holds: then the next piece's first segment goes on with it.</summary>
/// <param name="Fingerprint">Null: goes on in the next piece.</param>
/// <param name="Reused">It is an earlier point's, named again without being read.</param>
public sealed record ExportedSegment(
    string? Namespace,
    long Objects,
    ContentDigest? Fingerprint,
    ImmutableArray<Part> Parts,
    bool Reused = false
);
