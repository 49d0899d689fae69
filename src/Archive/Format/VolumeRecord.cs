using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>A volume that the captured objects refer to: what it is, who uses it, and how its data is protected.</summary>
public sealed record VolumeRecord
{
    /// <summary>The claim's namespace; absent for a volume without a claim.</summary>
    public string? Namespace { get; init; }

    /// <summary>The PersistentVolumeClaim; absent for a volume without one.</summary>
    public string? Claim { get; init; }

    /// <summary>The PersistentVolume; absent for a claim that isn't bound.</summary>
    public string? Volume { get; init; }

    /// <summary>
    /// The CSI driver's name, or what holds the data in place of one: <c>nfs</c>, <c>hostPath</c>, <c>local</c>,
    /// <c>kubernetes.io/azure-disk</c>; absent for a claim that isn't bound.
    /// </summary>
    public string? Driver { get; init; }

    /// <summary>What the driver knows the volume by; for a volume without a driver its server and path.</summary>
    public string? Handle { get; init; }

    /// <summary>As Kubernetes writes it: <c>10Gi</c>.</summary>
    public string? Capacity { get; init; }
    public required VolumeMode Mode { get; init; }

    /// <summary>As Kubernetes writes them: <c>ReadWriteOnce</c>.</summary>
    public ImmutableArray<string> AccessModes { get; init; } = [];
    public string? StorageClass { get; init; }

    /// <summary>Where nodes must be to use the volume; empty: anywhere.</summary>
    public ImmutableArray<VolumeTopology> Topology { get; init; } = [];

    /// <summary>The pods that mounted the claim, by name.</summary>
    public ImmutableArray<string> Pods { get; init; } = [];

    public required VolumeProtection Protection { get; init; }

    /// <summary>Why the data isn't in the point; set exactly when it isn't protected.</summary>
    public string? Reason { get; init; }

    /// <summary>Set exactly when the volume is protected by a snapshot.</summary>
    public VolumeSnapshot? Snapshot { get; init; }

    /// <summary>Its data outside the storage system; null: the snapshot is all there is.</summary>
    public VolumeExport? Export { get; init; }
}

[JsonConverter(typeof(ExactEnumJson<VolumeMode>))]
public enum VolumeMode
{
    Filesystem,
    Block,
}

/// <summary>How the data of a volume is protected.</summary>
[JsonConverter(typeof(ExactEnumJson<VolumeProtection>))]
public enum VolumeProtection
{
    /// <summary>It isn't: only the objects are in the point.</summary>
    None,

    /// <summary>By a snapshot that its CSI driver took.</summary>
    CsiSnapshot,

    /// <summary>By a snapshot that was taken of the cloud's disk directly.</summary>
    DiskSnapshot,
}

/// <summary>One of the places that a volume can be used from.</summary>
/// <param name="Key">A node label: <c>topology.kubernetes.io/zone</c>.</param>
public sealed record VolumeTopology(string Key, ImmutableArray<string> Values);

/// <summary>A storage snapshot that a point refers to. It isn't in the vault: the storage system holds it.</summary>
public sealed record VolumeSnapshot
{
    public required string Driver { get; init; }

    /// <summary>What the driver knows the snapshot by.</summary>
    public required string Handle { get; init; }

    /// <summary>The VolumeSnapshotClass that it was taken with.</summary>
    public string? Class { get; init; }

    /// <summary>When the storage system cut it, UTC, by its own clock.</summary>
    public required DateTimeOffset CutAt { get; init; }

    /// <summary>From the cut until the point's revision was pinned, by the two clocks.</summary>
    public required double SecondsBeforeRevision { get; init; }

    /// <summary>Bytes that a volume restored from it needs; absent where the driver doesn't say.</summary>
    public long? RestoreBytes { get; init; }

    /// <summary>The group snapshot that it is part of.</summary>
    public string? Group { get; init; }

    /// <summary>Copies of it in other regions; null: there are none.</summary>
    public ImmutableArray<SnapshotCopy>? Copies { get; init; }
}
