using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Vault.Replication;

/// <summary>
/// A cluster's points in one of the two vaults: one listing, and one read of each seal and expiry that wasn't read before.
/// </summary>
internal sealed class VaultSide
{
    private readonly ClusterName cluster;

    private VaultSide(ClusterName cluster) => this.cluster = cluster;

    public required SealChain Chain { get; init; }

    /// <summary>Seals that were deleted or replaced since they were read before, for a person.</summary>
    public required ImmutableArray<string> Faults { get; init; }

    public HashSet<PointId> Inventories { get; private init; } = [];

    /// <summary>Points with something that says that they are expired, whether or not it counts.</summary>
    public HashSet<PointId> Expired { get; private init; } = [];

    /// <summary>Points with a current hold.</summary>
    public HashSet<PointId> Held { get; private init; } = [];

    /// <summary>Points on whose seals is a legal hold of the storage.</summary>
    public HashSet<PointId> LegalHolds { get; private init; } = [];

    public static async Task<VaultSide> ReadAsync(
        IBlobStore vault,
        ClusterName cluster,
        IDocumentStore cache,
        CancellationToken cancellation
    )
    {
        var place = VaultCatalogue.SealsOf(vault, cluster);
        var kept = await KeptBlobs.ReadAsync(cache, place, cancellation);
        var listed = new List<BlobEntry>();
        var remembered = new CataloguedVault(vault, cluster, kept) { Listed = listed.Add };
        try
        {
            var side = new VaultSide(cluster)
            {
                Chain = await SealChain.ReadAsync(remembered, cluster, cancellation),
                Faults = [.. remembered.Faults($"{place} of the cache")],
            };
            listed.ForEach(side.Take);
            return side;
        }
        finally
        {
            // also when it was cut short: the next attempt continues from here
            await kept.SaveAsync(CancellationToken.None);
        }
    }

    private void Take(BlobEntry blob)
    {
        if (VaultPaths.PointOf(cluster, blob.Path) is not { } point)
            return;
        if (blob.Path == VaultPaths.Inventory(cluster, point))
            Inventories.Add(point);
        else if (blob.Path == VaultPaths.Expired(cluster, point))
            Expired.Add(point);
        else if (blob.Path == VaultPaths.Hold(cluster, point) && blob.IsCurrent)
            Held.Add(point);
        else if (blob.Path == VaultPaths.Seal(cluster, point) && blob.HasLegalHold)
            LegalHolds.Add(point);
    }
}
