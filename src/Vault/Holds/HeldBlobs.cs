using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Holds;

/// <summary>
/// What there must be of a point for it to be restored: seal, inventory, infrastructure, packs and disk images in the vault.
/// </summary>
/// <param name="Versions">By path: the version that the point names; null: none, the one that counts.</param>
/// <param name="Problem">Why its packs and images aren't known, for a person; null: they are.</param>
internal sealed record HeldBlobs(IReadOnlyDictionary<string, string?> Versions, string? Problem)
{
    public static async Task<HeldBlobs> ReadAsync(IBlobStore vault, ClusterName cluster, PointId point, CancellationToken cancellation)
    {
        var versions = new Dictionary<string, string?>
        {
            [VaultPaths.Seal(cluster, point)] = null,
            [VaultPaths.Inventory(cluster, point)] = null,
        };
        try
        {
            if (await RecoveryPointReader.FindInventoryAsync(vault, cluster, point, cancellation) is not { } inventory)
                return new(versions, $"the inventory of {point} is missing");
            if (inventory.Infrastructure is not null)
                versions[VaultPaths.Infrastructure(cluster, point)] = null;
            foreach (var part in inventory.Segments.SelectMany(s => s.Parts))
                versions[VaultPaths.Pack(cluster, part.Pack)] = part.PackVersion;
            foreach (var image in (inventory.Volumes ?? []).Select(v => v.Export).Where(e => e?.Kind == VolumeExportKind.DiskImage))
            {
                if (PointImages.PathIn(cluster, image!.Location) is { } path)
                    versions[path] = null;
            }
            return new(versions, null);
        }
        catch (ArchiveException e) when (!e.IsTransient && e.Failure is not ArchiveFailure.Forbidden)
        {
            return new(versions, e.Message);
        }
    }
}
