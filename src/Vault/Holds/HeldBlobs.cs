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
            if (await RecoveryPointReader.FindOutlineAsync(vault, cluster, point, cancellation) is not { } outline)
                return new(versions, $"the inventory of {point} is missing");
            if (outline.Infrastructure is not null)
                versions[VaultPaths.Infrastructure(cluster, point)] = null;
            foreach (var pack in outline.Packs)
                versions[VaultPaths.Pack(cluster, pack.Pack, pack.IsEncrypted)] = pack.Version;
            foreach (var image in outline.Images)
            {
                if (PointImages.PathOf(cluster, image.Location) is { } path)
                    versions[path] = null;
            }
            if (outline.Packs.Any(p => p.IsEncrypted))
            {
                foreach (var number in await KeyDocuments.NumbersAsync(vault, cancellation))
                    versions[VaultPaths.Key(number)] = null;
            }
            return new(versions, null);
        }
        catch (ArchiveException e) when (!e.IsTransient && e.Failure is not ArchiveFailure.Forbidden)
        {
            return new(versions, e.Message);
        }
    }
}
