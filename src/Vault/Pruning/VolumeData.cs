using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;

namespace Holdfast.Vault.Pruning;

public enum VolumeDataKind
{
    /// <summary>A snapshot in the storage system.</summary>
    Snapshot,

    /// <summary>A copy of one in another region.</summary>
    Copy,

    /// <summary>A disk's image in blob storage.</summary>
    DiskImage,

    /// <summary>A mover's snapshot in its repository.</summary>
    Files,
}

/// <summary>Data of a volume outside the vault's packs that a point names: who purges the point has to delete it.</summary>
/// <param name="Handle">What the driver or the cloud knows it by; of an image its URL; of files the mover's snapshot.</param>
/// <param name="Driver">Of snapshots and copies.</param>
/// <param name="Place">Of a copy its region, of files the repository.</param>
public sealed record VolumeData(VolumeDataKind Kind, string Handle, string? Driver = null, string? Place = null)
{
    internal static IEnumerable<VolumeData> Of(VolumeRecord volume)
    {
        if (volume.Snapshot is { } snapshot)
        {
            yield return new(VolumeDataKind.Snapshot, snapshot.Handle, snapshot.Driver);
            foreach (var copy in snapshot.Copies ?? [])
                yield return new(VolumeDataKind.Copy, copy.Handle, snapshot.Driver, copy.Region);
        }
        if (volume.Export is { Kind: VolumeExportKind.Files, Snapshot: { } files } export)
            yield return new(VolumeDataKind.Files, files, null, export.Location);
        else if (volume.Export is { } image)
            yield return new(VolumeDataKind.DiskImage, image.Location);
    }

    /// <summary>For a person.</summary>
    public override string ToString() =>
        Kind switch
        {
            VolumeDataKind.Snapshot => $"snapshot {Handle} ({Driver})",
            VolumeDataKind.Copy => $"copy {Handle} in {Place} ({Driver})",
            VolumeDataKind.DiskImage => $"disk image {Handle}",
            _ => $"files {Handle} in {Place}",
        };
}

/// <summary>A mover's snapshot in its repository.</summary>
/// <param name="Snapshot">Its whole id, of which inventories may have the beginning.</param>
/// <param name="WrittenAt">By the store's clock.</param>
public sealed record FilesFacts(string Snapshot, DateTimeOffset WrittenAt);

/// <summary>Movers' snapshots of one cluster that are to be deleted.</summary>
/// <param name="Named">Of points that are purged.</param>
/// <param name="Unnamed">Those that no point names; who made them isn't known.</param>
/// <param name="Export">How the cluster's policies have files copied; null: none of its points says it.</param>
public sealed record UnneededFiles(ImmutableArray<string> Named, ImmutableArray<string> Unnamed, FileExport? Export);

/// <param name="Gone">Snapshots that are gone, with what only they needed.</param>
/// <param name="Problem">Why others aren't, for a person; null with some left: that is under way.</param>
public sealed record RemovedFiles(ImmutableHashSet<string> Gone, string? Problem);

/// <summary>Deletes data of volumes that purged points name.</summary>
public interface IVolumeDataRemoval
{
    /// <summary>Whether this can delete it, as far as is known without trying.</summary>
    bool Handles(ClusterName cluster, VolumeData data);

    /// <summary>
    /// Deletes it. May be repeated; what is gone already is no error. Bounded in time: what takes longer is begun, and asked for again.
    /// </summary>
    /// <returns>Null: it is gone. Else why it isn't yet, for a person; the point that names it stays until the next time.</returns>
    Task<string?> RemoveAsync(ClusterName cluster, VolumeData data, CancellationToken cancellation);

    /// <summary>The movers' snapshots in the repository of the cluster's files, whether or not points name them.</summary>
    /// <exception cref="Exception">It can't be listed: why, for a person.</exception>
    Task<ImmutableArray<FilesFacts>> ListFilesAsync(ClusterName cluster, CancellationToken cancellation);

    /// <summary>
    /// Deletes what movers have copied, all of a repository at once. May be repeated; what is gone already is no error. Bounded in time:
    /// what takes longer is begun, and asked for again.
    /// </summary>
    /// <exception cref="Exception">Nothing can be deleted: why, for a person.</exception>
    Task<RemovedFiles> RemoveFilesAsync(ClusterName cluster, UnneededFiles files, CancellationToken cancellation);
}
