using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Restore;

/// <summary>How claims that a restore creates get their data, where there is a choice.</summary>
public enum VolumeChoice
{
    /// <summary>
    /// Attached to their volumes where these still exist, else from the point's snapshots; on new disks of the cloud that are made of its
    /// snapshots, copies and images, or from exported files, where the target can't use the snapshots.
    /// </summary>
    Auto,

    /// <summary>Attached to their volumes, never from a snapshot: a claim whose volume is gone comes back empty.</summary>
    Reattach,

    /// <summary>From the point's snapshots, even where the volume still exists.</summary>
    Snapshot,

    /// <summary>From the files that the point's capture exported, even where the volume or a snapshot still exists.</summary>
    Files,

    /// <summary>On new disks of the cloud, made of the point's snapshots, copies and images, even where the volume still exists.</summary>
    Disk,
}

/// <summary>Where the data of a claim comes from.</summary>
public enum ClaimSource
{
    /// <summary>The claim is in the target: its data isn't touched.</summary>
    Live,

    /// <summary>It is attached to the volume that it had.</summary>
    Reattach,

    /// <summary>It is provisioned from a snapshot of the point.</summary>
    Snapshot,

    /// <summary>It is provisioned without the data that it had.</summary>
    Empty,

    /// <summary>It is attached to a new volume, which a mover has filled with the files of the point.</summary>
    Files,

    /// <summary>It is attached to a new volume on a disk that the restore makes of what the point refers to.</summary>
    Disk,
}

/// <summary>How one claim gets its data.</summary>
public sealed record ClaimVolume(ClaimSource From)
{
    /// <summary>
    /// The volume that the claim is attached to; set in a plan exactly when it is attached again. That of files is known once it is filled,
    /// that of a new disk once it is made.
    /// </summary>
    public string? Volume { get; init; }

    /// <summary>Set exactly when the claim's volume is filled with files.</summary>
    public FileSource? Files { get; init; }

    /// <summary>Set exactly when the claim is provisioned from a snapshot.</summary>
    public SnapshotSource? Snapshot { get; init; }

    /// <summary>Set exactly when a disk is made for the claim.</summary>
    public DiskSource? Disk { get; init; }

    /// <summary>The claim is attached to a volume that the restore prepares for it.</summary>
    internal bool IsPrepared => Files is not null || Disk is not null;
}

/// <summary>A disk of the cloud that the restore makes, and the volume on it.</summary>
public sealed record DiskSource
{
    /// <summary>Of the disk and of the PersistentVolume; it follows from the plan and the step.</summary>
    public required string Name { get; init; }
    public required NewDisk Disk { get; init; }

    /// <summary>The CSI driver.</summary>
    public required string Driver { get; init; }
    public required VolumeMode Mode { get; init; }

    /// <summary>The volume's reclaim policy, that of the one that the claim had: the disk is the restore's own.</summary>
    public required string Reclaim { get; init; }

    /// <summary>The volume's; null: none.</summary>
    public ImmutableArray<string>? MountOptions { get; init; }

    /// <summary>When the snapshot was cut, UTC.</summary>
    public required DateTimeOffset CutAt { get; init; }
}

/// <summary>Files of the point in a mover's repository.</summary>
/// <param name="Tool">What reads them: <c>restic</c>.</param>
/// <param name="Repository">Its URL, without credentials.</param>
/// <param name="Snapshot">The mover's snapshot in it.</param>
/// <param name="Bytes">The sum of the files' sizes.</param>
public sealed record FileSource(string Tool, Uri Repository, string Snapshot, long Bytes);

/// <summary>A storage snapshot of the point, and the objects that the restore makes of it in the target.</summary>
public sealed record SnapshotSource
{
    /// <summary>Of the VolumeSnapshotContent and the VolumeSnapshot that the restore makes.</summary>
    public required string Name { get; init; }

    /// <summary>Of these two: what the target serves.</summary>
    public required string ApiVersion { get; init; }
    public required string Driver { get; init; }

    /// <summary>What the driver knows the snapshot by.</summary>
    public required string Handle { get; init; }

    /// <summary>The VolumeSnapshotClass in the target; null: none.</summary>
    public string? Class { get; init; }
    public required VolumeMode Mode { get; init; }

    /// <summary>When the storage system cut the snapshot, UTC.</summary>
    public required DateTimeOffset CutAt { get; init; }

    /// <summary>What the claim asks for where the snapshot needs more than was captured: <c>10Gi</c>. Null: as captured.</summary>
    public string? Size { get; init; }

    /// <summary>True: the claim is bound without a Pod, so that the restore waits for it. Null: only once a Pod uses it.</summary>
    public bool? BindsAtOnce { get; init; }
}
