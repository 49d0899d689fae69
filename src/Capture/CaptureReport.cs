using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Capture.Changes;

namespace Holdfast.Capture;

public enum CaptureState
{
    Succeeded,

    /// <summary>Sealed, with the gaps that the report names.</summary>
    Partial,
}

/// <summary>What a capture did that sealed a point.</summary>
public sealed record CaptureReport
{
    public required CaptureState State { get; init; }
    public required PointId Point { get; init; }

    /// <summary>Where the cluster's chain ends with it: kept elsewhere, it finds that the newest points were deleted. Null: an earlier
    /// release wrote the report.</summary>
    public ChainHead? Head { get; init; }
    public required ClusterName Cluster { get; init; }
    public required Revision Revision { get; init; }
    public long Objects { get; init; }

    /// <summary>Raw bytes of all manifests.</summary>
    public long Bytes { get; init; }
    public int PacksWritten { get; init; }

    /// <summary>Compressed bytes that this capture added to the vault.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Segments of an earlier point that were reused without being read.</summary>
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

    /// <summary>Null: the scope has no volumes.</summary>
    public VolumeCounts? Volumes { get; init; }

    /// <summary>What happened beside gaps: a revision that was pinned again, a TLS check that is off.</summary>
    public ImmutableArray<string> Notes
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>What isn't as requested though the point is complete: storage that can't refuse deletion.</summary>
    public ImmutableArray<string> Warnings
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Changes since the cluster's last point that a person should look at; each is a warning, too.</summary>
    public ImmutableArray<SuspiciousChange> Suspicious
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>When the revision was pinned.</summary>
    public DateTimeOffset? PinnedAt { get; init; }

    /// <summary>When that of the cluster's last point was pinned; null: this is the first.</summary>
    public DateTimeOffset? PreviousAt { get; init; }

    [JsonIgnore]
    public TimeSpan Duration { get; init; }
}

/// <summary>How many volumes a point lists.</summary>
/// <param name="Protected">Those whose data a snapshot has.</param>
/// <param name="NotProtected">The others; each has its reason in the inventory.</param>
public sealed record VolumeCounts(int Protected, int NotProtected)
{
    internal static VolumeCounts? Of(ImmutableArray<VolumeRecord>? volumes) =>
        volumes is { } all
            ? new(all.Count(v => v.Protection != VolumeProtection.None), all.Count(v => v.Protection == VolumeProtection.None))
            : null;
}

/// <summary>How far a capture is. Totals grow while it discovers.</summary>
public sealed record CaptureProgress(string Phase, long Objects, long ExpectedObjects, long Bytes, int UnitsDone, int Units);
