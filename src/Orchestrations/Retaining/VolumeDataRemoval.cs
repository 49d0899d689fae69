using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control.Documents;
using Holdfast.Orchestrations.Runs;
using Holdfast.Vault.Pruning;
using Holdfast.Volumes.Files;
using Holdfast.Volumes.Planning;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Orchestrations.Retaining;

/// <summary>
/// Deletes snapshots through the cloud where they are the cloud's, which needs no cluster, and else through their driver in the cluster;
/// images through the vault that they are in; files by their mover in the cluster. Thread-safe.
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
            VolumeDataKind.DiskImage => PathOf(cluster, data) is not null,
            VolumeDataKind.Files => IsInRepository(cluster, data),
            _ => false,
        };

    public async Task<string?> RemoveAsync(ClusterName cluster, VolumeData data, CancellationToken cancellation)
    {
        if (IsOfCloud(data))
            await environment.Disks!.DeleteAsync(data.Handle, cancellation);
        else if (data.Kind == VolumeDataKind.Snapshot)
            return await ThroughDriverAsync(cluster, data, cancellation);
        else if (PathOf(cluster, data) is { } image)
            await RemoveImageAsync(image, cancellation);
        else
            return "nothing here can delete it";
        return null;
    }

    public async Task<ImmutableArray<FilesFacts>> ListFilesAsync(ClusterName cluster, CancellationToken cancellation)
    {
        if (environment.Files?.Repositories is not { } repositories)
            return [];
        var snapshots = await repositories.SnapshotsAsync(repositories.LocationOf(cluster), cancellation);
        return [.. snapshots.Select(s => new FilesFacts(s.Key, s.Value)).OrderBy(f => f.Snapshot, StringComparer.Ordinal)];
    }

    public async Task<RemovedFiles> RemoveFilesAsync(ClusterName cluster, UnneededFiles files, CancellationToken cancellation)
    {
        if (environment.Files is not { } storage)
            return new([], "nothing here reaches the repository");
        if (files.Export is not { } export)
            return new(
                [],
                "no policy of the cluster's points says with which image they are removed: run 'restic forget' and 'restic prune'"
            );
        var connection = await environment.OpenCluster(cluster, cancellation);
        var registered = await new ControlDocuments(environment.Control).ReadClusterAsync(cluster, cancellation);
        var purge = new RepositoryPurge(connection, storage, environment.Vault.Location, environment.Time);
        var plan = new FilePlan(export, registered?.Document?.FilesPassword);
        var done = await purge.ForgetAsync(cluster, plan, new(files.Named, files.Unnamed), cancellation);
        return new(done.Gone, done.Problem);
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

    /// <summary>By its container, which is of this cluster and this vault alone: accounts have several addresses.</summary>
    private bool IsInRepository(ClusterName cluster, VolumeData data) =>
        environment.Files?.Repositories is { } repositories
        && Uri.TryCreate(data.Place, UriKind.Absolute, out var place)
        && place.Segments[^1] == repositories.LocationOf(cluster).Segments[^1];

    /// <summary>Of an image, by the rule of all copies of a vault; null: it isn't one of a vault.</summary>
    private static string? PathOf(ClusterName cluster, VolumeData data) =>
        data.Kind == VolumeDataKind.DiskImage ? PointImages.PathOf(cluster, data.Handle) : null;
}
