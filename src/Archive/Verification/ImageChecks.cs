using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Whether the disk images that points name are in the vault, whole. Their content has no digest: the storage service copies it without
/// this program seeing it. What is looked at is their length, and that each ends with the footer of a VHD.
/// </summary>
internal sealed class ImageChecks(IBlobStore store, ClusterName cluster, VaultListing listing, Findings findings)
{
    /// <summary>Virtual Hard Disk Image Format Specification, "Hard Disk Footer Format": the last 512 bytes, which begin with its
    /// cookie.</summary>
    private const int Footer = 512;

    private readonly HashSet<string> named = [];

    /// <summary>What has no path of a vault isn't looked at.</summary>
    /// <param name="inventory">Null: it can't be read without the key, and whose images they are isn't known.</param>
    /// <returns>The paths of those that were.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(
        PointId point,
        PointOutline outline,
        Inventory? inventory,
        CancellationToken cancellation
    )
    {
        var paths = new List<string>();
        foreach (var image in outline.Images)
        {
            if (PointImages.PathOf(cluster, image.Location) is not { } path)
                continue;
            paths.Add(path);
            if (await FaultAsync(path, image.Bytes, cancellation) is var (kind, fault))
            {
                var subject = SubjectOf(image, inventory);
                findings.Add(kind, path, point, subject, $"{path} {fault}: it isn't the disk image of {subject}");
            }
        }
        named.UnionWith(paths);
        return paths;
    }

    private static string SubjectOf(NeededImage image, Inventory? inventory)
    {
        var volume = (inventory?.Volumes ?? []).FirstOrDefault(v => v.Export?.Location == image.Location);
        return volume is null ? "an encrypted point"
            : volume.Claim is null ? $"the volume {volume.Volume}"
            : $"the volume of {volume.Namespace}/{volume.Claim}";
    }

    /// <summary>To be called when the images of all points are known.</summary>
    public void ReportUnnamed()
    {
        foreach (var path in listing.Blobs.Keys.Where(p => p.StartsWith(VaultPaths.Images(cluster), StringComparison.Ordinal)))
        {
            if (!named.Contains(path))
                findings.Add(
                    FindingKind.Orphan,
                    path,
                    null,
                    null,
                    $"{path} isn't named by any point: it belongs to a capture that is running or was interrupted, or to a point that "
                        + "expired"
                );
        }
    }

    /// <summary>An image is filled after it was made: its newest version is the one that was finished.</summary>
    private async Task<(FindingKind Kind, string Fault)?> FaultAsync(string path, long bytes, CancellationToken cancellation)
    {
        if (!listing.Blobs.TryGetValue(path, out var versions))
            return (FindingKind.Missing, "is missing");
        var image = versions[^1];
        if (!image.IsCurrent)
            return (FindingKind.Tampered, "was deleted by name");
        if (image.Length != bytes)
            return (FindingKind.Malformed, $"has {image.Length} bytes, not {bytes}");
        var footer = bytes < Footer ? null : await store.ReadRangeAsync(path, image.Version, bytes - Footer, Footer, cancellation);
        return footer.AsSpan().StartsWith("conectix"u8) ? null : (FindingKind.Malformed, "doesn't end with the footer of a VHD");
    }
}
