using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>A seal's blob: the oldest version, which is the one that counts.</summary>
internal sealed record SealEntry(PointId Point, BlobEntry Blob);

/// <summary>What a listing of a cluster's points shows before anything is read.</summary>
internal sealed class PointFolders
{
    public Dictionary<PointId, SealEntry> Seals { get; } = [];

    public HashSet<PointId> Expired { get; } = [];

    public static Task<PointFolders> ReadAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation) =>
        ReadAsync(store, cluster, "", cancellation);

    /// <param name="beginning">Of the points' ids; the store lists no others.</param>
    public static async Task<PointFolders> ReadAsync(
        IBlobStore store,
        ClusterName cluster,
        string beginning,
        CancellationToken cancellation
    )
    {
        var folders = new PointFolders();
        var prefix = VaultPaths.Points(cluster);
        await foreach (var blob in store.ListAsync(prefix + beginning, cancellation))
        {
            var slash = blob.Path.IndexOf('/', prefix.Length);
            if (slash > 0 && PointId.TryParse(blob.Path[prefix.Length..slash], out var point))
                folders.Take(cluster, point, blob);
        }
        return folders;
    }

    private void Take(ClusterName cluster, PointId point, BlobEntry blob)
    {
        if (blob.Path == VaultPaths.Seal(cluster, point))
            Seals.TryAdd(point, new SealEntry(point, blob));
        else if (blob.Path == VaultPaths.Expired(cluster, point))
            Expired.Add(point);
    }
}
