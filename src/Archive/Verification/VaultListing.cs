using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>The content of a cluster's folder, grouped by what each path means; the versions of a blob oldest first.</summary>
internal sealed class VaultListing(ClusterName cluster)
{
    public SortedDictionary<string, List<BlobEntry>> Blobs { get; } = new(StringComparer.Ordinal);

    public Dictionary<ContentDigest, string> Packs { get; } = [];

    /// <summary>Every point with at least one blob.</summary>
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
            $"{path} has {versions[0].Length} bytes, more than the {limit} that the format allows; it wasn't read"
        );
        return true;
    }

    /// <summary>The path is that of a folder of packs, of points, or of one point.</summary>
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
        // one is either encrypted or not
        if (VaultPaths.PackOf(cluster, blob.Path) is { } pack && Packs.TryAdd(pack, blob.Path))
            return;
        if (VaultPaths.PointOf(cluster, blob.Path) is { } point)
            Points.Add(point);
        else if (!IsMark(blob.Path) && !IsImage(blob.Path))
            Foreign.Add(blob.Path);
    }

    /// <summary>
    /// It isn't written once: holds and marks, images, and what retention purges, whose name is deleted before its versions are.
    /// </summary>
    /// <param name="named">By all points; null: that isn't known.</param>
    public bool MayGo(string path, ReferencedParts? named)
    {
        if (VaultPaths.PackOf(cluster, path) is { } pack)
            return named?.Name(pack) == false;
        if (VaultPaths.PointOf(cluster, path) is not { } point)
            return IsMark(path) || IsImage(path);
        var isContent = path == VaultPaths.Inventory(cluster, point) || path == VaultPaths.Infrastructure(cluster, point);
        return path == VaultPaths.Hold(cluster, point) || (isContent && named?.Expired.Contains(point) == true);
    }

    private bool IsImage(string path) => path.StartsWith(VaultPaths.Images(cluster), StringComparison.Ordinal);

    private bool IsMark(string path) =>
        VaultPaths.PurgeOf(cluster, path, hasEnded: false) is not null || VaultPaths.PurgeOf(cluster, path, hasEnded: true) is not null;
}
