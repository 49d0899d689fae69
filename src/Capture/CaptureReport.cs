using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Capture.Course;
using Holdfast.Capture.Exporting;

namespace Holdfast.Capture;

public enum CaptureState
{
    Succeeded,

    /// <summary>Sealed, with the gaps that the report names.</summary>
    Partial,

    /// <summary>No point was sealed.</summary>
    Failed,
}

/// <summary>What one capture did.</summary>
public sealed record CaptureReport
{
    public required CaptureState State { get; init; }

    /// <summary>Null exactly when failed.</summary>
    public PointId? Point { get; init; }
    public required ClusterName Cluster { get; init; }
    public string? Revision { get; init; }
    public long Objects { get; init; }

    /// <summary>Raw bytes of all manifests.</summary>
    public long Bytes { get; init; }
    public int PacksWritten { get; init; }

    /// <summary>Compressed bytes that this capture added to the vault.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Segments named from an earlier point without being read.</summary>
    public int SegmentsReused { get; init; }
    public int Segments { get; init; }
    public ImmutableArray<TypeEntry> Types
    {
        get => field.IsDefault ? [] : field;
        init;
    }
    public ImmutableArray<Gap> Gaps
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What happened that is no gap: a revision that was pinned again, a TLS check that is off.</summary>
    public ImmutableArray<string> Notes
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What was asked for and is not so, though the point is whole: storage that can't refuse deletion.</summary>
    public ImmutableArray<string> Warnings
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>When the revision was pinned.</summary>
    public DateTimeOffset? PinnedAt { get; init; }

    /// <summary>When that of the cluster's last point was; null: this is the first.</summary>
    public DateTimeOffset? PreviousAt { get; init; }

    [JsonIgnore]
    public TimeSpan Duration { get; init; }

    /// <param name="exported">By the leg that was sealed.</param>
    internal static CaptureReport Of(CaptureLeg leg, ImmutableArray<UnitResult> exported, SealedPoint point, Inventory inventory) =>
        new()
        {
            State = inventory.Gaps.IsEmpty ? CaptureState.Succeeded : CaptureState.Partial,
            Point = point.Id,
            Cluster = ClusterName.Parse(inventory.Cluster),
            Revision = inventory.Revision,
            Objects = point.Seal.Objects,
            Bytes = point.Seal.RawBytes,
            PacksWritten = leg.PacksWritten + exported.Sum(r => r.PacksWritten),
            BytesWritten = leg.BytesWritten + exported.Sum(r => r.BytesWritten),
            SegmentsReused = leg.With(exported).Sum(r => r.Slices.Sum(s => s.Segments.Count(g => g.Reused))),
            Segments = inventory.Segments.Length,
            Types = inventory.Types,
            Gaps = inventory.Gaps,
            Notes = leg.Notes,
            PinnedAt = inventory.PinnedAt,
            PreviousAt = leg.PreviousAt,
        };
}

/// <summary>How far a capture is. Totals grow while it discovers.</summary>
public sealed record CaptureProgress(string Phase, long Objects, long ExpectedObjects, long Bytes, int UnitsDone, int Units);
