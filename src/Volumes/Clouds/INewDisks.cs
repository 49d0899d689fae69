using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Control.Clouds;
using Holdfast.Control.Registration;

namespace Holdfast.Volumes.Clouds;

/// <summary>
/// Makes disks of a cloud from what points refer to: snapshots, their copies in other regions, images in the vault's account. A disk is
/// known by its name and group: every call may be repeated, by any process, and makes no second one. Thread-safe.
/// </summary>
public interface INewDisks
{
    /// <summary>The CSI driver whose volumes the disks are.</summary>
    string Driver { get; }

    /// <summary>Whether the volume was a disk of this cloud. Asks nothing.</summary>
    bool Takes(VolumeRecord volume);

    /// <summary>Where disks for a cluster are made. Asks nothing.</summary>
    /// <param name="nodes">The cluster's, as Kubernetes shows them.</param>
    /// <param name="group">The resource group to make disks in; null: that of the nodes' machines.</param>
    /// <returns>Null: the nodes aren't in this cloud, or don't say where.</returns>
    DiskSite? SiteOf(IReadOnlyCollection<JsonObject> nodes, AzureGroupId? group);

    /// <summary>
    /// Chooses what a disk for the volume is made from: the copy that was made for the site's region, otherwise the snapshot, if it is in
    /// that region, otherwise the image. Only reads.
    /// </summary>
    /// <exception cref="CloudException">The cloud can't be asked now, or doesn't know us. What it refuses is in the choice.</exception>
    Task<DiskChoice> ChooseAsync(VolumeRecord volume, DiskWish wish, DiskSite site, CancellationToken cancellation);

    /// <summary>Begins the disk, or looks how far the one of that name is.</summary>
    /// <exception cref="CloudException">It can't be begun, or can't be asked; another disk has the name.</exception>
    Task<MadeDisk> MakeAsync(DiskOrder order, CancellationToken cancellation);

    /// <summary>Begins to delete the disk of an order, where it is that order's and no machine uses it.</summary>
    /// <returns>False: it stays.</returns>
    /// <exception cref="CloudException">It can't be deleted, or can't be asked.</exception>
    Task<bool> DeleteAsync(DiskOrder order, CancellationToken cancellation);

    /// <summary>What an order's disk is known by, whether or not it was made.</summary>
    string HandleOf(DiskOrder order);
}

/// <summary>What a disk is wanted for.</summary>
/// <param name="Bytes">At least so many; null: as many as its source has.</param>
/// <param name="Class">The storage class of the claim in the target; null: not known.</param>
/// <param name="Volume">The <c>spec</c> of the PersistentVolume that the claim had; null: the point doesn't have it.</param>
public sealed record DiskWish(long? Bytes, JsonObject? Class, JsonObject? Volume);

/// <param name="Name">Follows from the plan and the claim.</param>
/// <param name="Tags">Lead from the disk back to the point and the run; one of another run isn't touched.</param>
public sealed record DiskOrder(NewDisk Disk, string Name, ImmutableSortedDictionary<string, string> Tags);

/// <summary>A disk that was begun.</summary>
/// <param name="Handle">What the driver knows it by: a <c>volumeHandle</c>.</param>
public sealed record MadeDisk(string Handle)
{
    /// <summary>A node can use it.</summary>
    public bool IsReady { get; init; }

    /// <summary>Why it will never be ready; null: it is or may still become so.</summary>
    public string? Problem { get; init; }
}
