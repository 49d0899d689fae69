using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Pruning;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Orchestrations.Retaining;

/// <summary>
/// Deletes snapshots through the cloud where they are the cloud's, which needs no cluster, and else through their driver in the cluster;
/// images through the vault that they are in. Thread-safe.
/// </summary>
public sealed class VolumeDataRemoval(RunEnvironment environment) : IVolumeDataRemoval
{
    /// <summary>How resources of Azure are named, snapshots of its CSI driver among them.</summary>
    private const string OfAzure = "/subscriptions/";

    public bool Handles(ClusterName cluster, VolumeData data) =>
        data.Kind switch
        {
            VolumeDataKind.Snapshot => true,
            VolumeDataKind.Copy => IsOfCloud(data),
            VolumeDataKind.DiskImage => PathOf(data) is not null,
            _ => false,
        };

    public async Task<string?> RemoveAsync(ClusterName cluster, VolumeData data, CancellationToken cancellation)
    {
        if (IsOfCloud(data))
            await environment.Disks!.DeleteAsync(data.Handle, cancellation);
        else if (data.Kind == VolumeDataKind.Snapshot)
            return await ThroughDriverAsync(cluster, data, cancellation);
        else if (PathOf(data) is { } image)
            await RemoveImageAsync(image, cancellation);
        else
            return "nothing here can delete it";
        return null;
    }

    private async Task<string?> ThroughDriverAsync(ClusterName cluster, VolumeData data, CancellationToken cancellation)
    {
        var connection = await environment.OpenCluster(cluster, cancellation);
        return await new SnapshotPurge(connection, environment.Time).RemoveAsync(data.Driver ?? "", data.Handle, cancellation);
    }

    private async Task RemoveImageAsync(string path, CancellationToken cancellation)
    {
        var versions = await environment.Vault.ListAsync(path, cancellation).Where(b => b.Path == path).ToListAsync(cancellation);
        await BlobRemoval.RemoveAsync(environment.Vault, path, versions, cancellation);
    }

    private bool IsOfCloud(VolumeData data) =>
        environment.Disks is not null
        && (data.Kind is VolumeDataKind.Snapshot or VolumeDataKind.Copy)
        && data.Handle.StartsWith(OfAzure, StringComparison.OrdinalIgnoreCase);

    /// <summary>Of an image in this vault; null: it is elsewhere.</summary>
    private string? PathOf(VolumeData data) =>
        data.Kind == VolumeDataKind.DiskImage ? PointImages.PathOf(environment.Vault.Location, data.Handle) : null;
}
