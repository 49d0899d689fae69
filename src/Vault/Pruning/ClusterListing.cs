using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Pruning;

/// <summary>What there is of a cluster in a vault, all versions of it, by what each path means.</summary>
internal sealed class ClusterListing
{
    public Dictionary<ContentDigest, List<BlobEntry>> Packs { get; } = [];

    /// <summary>Disk images, by path.</summary>
    public Dictionary<string, List<BlobEntry>> Images { get; } = [];

    /// <summary>Inventories and infrastructure profiles: what is purged of a point.</summary>
    public Dictionary<PointId, List<BlobEntry>> Contents { get; } = [];

    public HashSet<PointId> Inventories { get; } = [];

    /// <summary>Current versions only: a hold that was removed is none.</summary>
    public Dictionary<PointId, BlobEntry> Holds { get; } = [];

    public HashSet<PointId> Seals { get; } = [];

    /// <summary>Points on whose seals is a legal hold of the storage.</summary>
    public HashSet<PointId> LegalHolds { get; } = [];

    /// <summary>Points with something that says that they are expired, whether or not it counts.</summary>
    public HashSet<PointId> Expired { get; } = [];

    public static async Task<ClusterListing> ReadAsync(IBlobStore vault, ClusterName cluster, string prefix, CancellationToken cancellation)
    {
        var listing = new ClusterListing();
        await foreach (var blob in vault.ListAsync(prefix, cancellation))
            listing.Take(cluster, blob);
        return listing;
    }

    private void Take(ClusterName cluster, BlobEntry blob)
    {
        if (VaultPaths.PackOf(cluster, blob.Path) is { } pack)
            TakePack(pack, blob);
        else if (blob.Path.StartsWith(VaultPaths.Images(cluster), StringComparison.Ordinal))
            Add(Images, blob.Path, blob);
        else if (VaultPaths.PointOf(cluster, blob.Path) is not { } point)
            return;
        else if (blob.Path == VaultPaths.Inventory(cluster, point) || blob.Path == VaultPaths.Infrastructure(cluster, point))
            TakeContent(cluster, point, blob);
        else if (blob.Path == VaultPaths.Seal(cluster, point))
            TakeSeal(point, blob);
        else if (blob.Path == VaultPaths.Expired(cluster, point))
            Expired.Add(point);
        else if (blob.Path == VaultPaths.Hold(cluster, point) && blob.IsCurrent)
            Holds[point] = blob;
    }

    /// <summary>One is either encrypted or not: what bears its name otherwise isn't the pack.</summary>
    private void TakePack(ContentDigest pack, BlobEntry blob)
    {
        if (!Packs.TryGetValue(pack, out var versions) || versions[0].Path == blob.Path)
            Add(Packs, pack, blob);
    }

    private void TakeSeal(PointId point, BlobEntry blob)
    {
        Seals.Add(point);
        if (blob.HasLegalHold)
            LegalHolds.Add(point);
    }

    private void TakeContent(ClusterName cluster, PointId point, BlobEntry blob)
    {
        Add(Contents, point, blob);
        if (blob.Path == VaultPaths.Inventory(cluster, point))
            Inventories.Add(point);
    }

    private static void Add<T>(Dictionary<T, List<BlobEntry>> to, T key, BlobEntry blob)
        where T : notnull
    {
        if (!to.TryGetValue(key, out var versions))
            to.Add(key, versions = []);
        versions.Add(blob);
    }
}
