using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>What lies in a cluster's folder, sorted by what each path says it is; the versions of a blob oldest first.</summary>
internal sealed class VaultListing(ClusterName cluster)
{
    public SortedDictionary<string, List<BlobEntry>> Blobs { get; } = new(StringComparer.Ordinal);

    public Dictionary<ContentDigest, string> Packs { get; } = [];

    /// <summary>Every point of which any blob is there.</summary>
    public SortedSet<PointId> Points { get; } = new(Comparer<PointId>.Create((a, b) => string.CompareOrdinal(a.ToString(), b.ToString())));

    public List<string> Foreign { get; } = [];

    public static async Task<VaultListing> ReadAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation)
    {
        var listing = new VaultListing(cluster);
        await foreach (var blob in store.ListAsync(VaultPaths.Cluster(cluster), cancellation))
        {
            if (listing.Blobs.TryGetValue(blob.Path, out var versions))
                versions.Add(blob);
            else
                listing.Take(cluster, blob);
        }
        return listing;
    }

    public bool Has(string path) => Blobs.ContainsKey(path);

    /// <summary>A blob that is larger than the format allows is a finding, and must not be read.</summary>
    public bool ReportOversized(string path, int limit, PointId? point, Findings findings)
    {
        if (!Blobs.TryGetValue(path, out var versions) || versions[0].Length <= limit)
            return false;
        findings.Add(
            FindingKind.Malformed,
            path,
            point,
            null,
            $"{path} has {versions[0].Length} bytes, more than the {limit} that the format allows; it was not read"
        );
        return true;
    }

    /// <summary>What lies there has the name of a folder of packs, of points, or of one point.</summary>
    public bool IsInPlaceOfFolder(string path) =>
        $"{path}/" == VaultPaths.Packs(cluster)
        || $"{path}/" == VaultPaths.Points(cluster)
        || (
            path.StartsWith(VaultPaths.Points(cluster), StringComparison.Ordinal)
            && PointId.TryParse(path[VaultPaths.Points(cluster).Length..], out _)
        );

    private void Take(ClusterName cluster, BlobEntry blob)
    {
        Blobs.Add(blob.Path, [blob]);
        if (PackOf(cluster, blob.Path) is { } pack)
            Packs.Add(pack, blob.Path);
        else if (PointOf(cluster, blob.Path) is { } point)
            Points.Add(point);
        else
            Foreign.Add(blob.Path);
    }

    private static ContentDigest? PackOf(ClusterName cluster, string path)
    {
        var prefix = VaultPaths.Packs(cluster);
        return
            path.StartsWith(prefix, StringComparison.Ordinal)
            && ContentDigest.TryParse(path[prefix.Length..].Split('.')[0], out var digest)
            && path == VaultPaths.Pack(cluster, digest)
            ? digest
            : null;
    }

    private static PointId? PointOf(ClusterName cluster, string path)
    {
        var prefix = VaultPaths.Points(cluster);
        return
            path.StartsWith(prefix, StringComparison.Ordinal)
            && PointId.TryParse(path[prefix.Length..].Split('/')[0], out var point)
            && (
                path == VaultPaths.Seal(cluster, point)
                || path == VaultPaths.Inventory(cluster, point)
                || path == VaultPaths.Expired(cluster, point)
            )
            ? point
            : null;
    }
}
