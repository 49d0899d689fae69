using Holdfast.Archive.Format;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Whether the disk images that a point names are in the vault, whole. Their content has no digest: the storage service copies it without
/// this program seeing it.
/// </summary>
internal static class ImageChecks
{
    /// <param name="location">Of the vault; images elsewhere aren't looked at.</param>
    public static void Run(string location, PointId point, Inventory inventory, VaultListing listing, Findings findings)
    {
        foreach (var volume in inventory.Volumes ?? [])
        {
            if (volume.Export is not { Kind: VolumeExportKind.DiskImage } export || PathOf(location, export.Location) is not { } path)
                continue;
            var subject = $"the volume of {volume.Namespace}/{volume.Claim}";
            if (!listing.Blobs.TryGetValue(path, out var versions))
                findings.Add(FindingKind.Missing, path, point, subject, $"{path} is missing: it is the disk image of {subject}");
            else if (versions[^1].Length != export.Bytes)
                findings.Add(
                    FindingKind.Malformed,
                    path,
                    point,
                    subject,
                    $"{path} has {versions[^1].Length} bytes, not {export.Bytes}: it isn't the disk image of {subject}"
                );
        }
    }

    private static string? PathOf(string vault, string image) =>
        image.StartsWith(vault.TrimEnd('/') + "/", StringComparison.Ordinal) ? image[(vault.TrimEnd('/').Length + 1)..] : null;
}
