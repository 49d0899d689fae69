using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;

namespace Holdfast.Volumes.Clouds;

/// <summary>
/// The cloud whose disks volumes are, for snapshots that are taken of the disks themselves. A snapshot is known by its name: every call may
/// be repeated, by any process. Thread-safe.
/// </summary>
public interface ICloudDisks
{
    /// <summary>Whether the volume is a disk of this cloud, of which a snapshot can be taken. Asks nothing.</summary>
    bool Takes(VolumeRecord volume);

    /// <summary>Begins the snapshot of a disk, or looks how far the one of that name is.</summary>
    /// <exception cref="CloudException">It can't be begun, or can't be asked.</exception>
    Task<DiskSnapshot> CutAsync(DiskSnapshotOrder order, CancellationToken cancellation);

    /// <summary>How a snapshot is now; null: it is gone.</summary>
    /// <exception cref="CloudException">It can't be asked.</exception>
    Task<DiskSnapshot?> FindAsync(string handle, CancellationToken cancellation);

    /// <summary>Deletes a snapshot, its exports' signatures first. What is gone counts as deleted.</summary>
    /// <exception cref="CloudException">It can't be deleted.</exception>
    Task DeleteAsync(string handle, CancellationToken cancellation);

    /// <summary>What an order's snapshot is known by, whether or not it was made.</summary>
    string HandleOf(DiskSnapshotOrder order);

    /// <summary>The snapshots of a group that have this tag.</summary>
    /// <exception cref="CloudException">They can't be listed.</exception>
    Task<ImmutableArray<DiskSnapshot>> TaggedAsync(AzureGroupId group, string tag, string value, CancellationToken cancellation);
}

/// <param name="Disk">What the cloud knows the disk by.</param>
/// <param name="Group">Where the snapshot is made; null: in the disk's own group.</param>
/// <param name="Name">Follows from run and volume.</param>
/// <param name="Tags">Lead from the snapshot back to the point.</param>
public sealed record DiskSnapshotOrder(string Disk, AzureGroupId? Group, string Name, ImmutableSortedDictionary<string, string> Tags);

/// <summary>A snapshot that was taken of a cloud's disk.</summary>
/// <param name="Handle">What the cloud knows it by.</param>
public sealed record DiskSnapshot(string Handle)
{
    /// <summary>By the cloud's clock; null: it isn't cut yet.</summary>
    public DateTimeOffset? CutAt { get; init; }

    /// <summary>A disk can be made from it.</summary>
    public bool IsReady { get; init; }

    /// <summary>Of the disk; null: not known yet.</summary>
    public long? Bytes { get; init; }

    /// <summary>Why it will never be ready; null: it is or may still become so.</summary>
    public string? Problem { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}
