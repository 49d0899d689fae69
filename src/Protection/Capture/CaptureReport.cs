using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Protection.Capture;

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
    public ImmutableArray<TypeEntry> Types { get; init; } = [];
    public ImmutableArray<Gap> Gaps { get; init; } = [];

    /// <summary>What happened that is no gap: a revision that was pinned again, a TLS check that is off.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
    public TimeSpan Duration { get; init; }
}

/// <summary>How far a capture is. Totals grow while it discovers.</summary>
public sealed record CaptureProgress(string Phase, long Objects, long ExpectedObjects, long Bytes, int UnitsDone, int Units);
