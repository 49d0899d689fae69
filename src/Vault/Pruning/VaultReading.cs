using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Pruning;

/// <summary>Reads what a cluster's part of a vault holds, as far as it decides what can go: seals, expiries, holds, inventories.</summary>
internal sealed class VaultReading(IBlobStore vault, ClusterName cluster, SealTrust trust)
{
    /// <summary>Inventories are unpacked in memory.</summary>
    private const int Parallel = 4;

    private readonly ConcurrentDictionary<PointId, InventoryUse> inventories = [];
    private Dictionary<ContentDigest, int> index = [];

    public async Task<VaultFacts> ReadAsync(CancellationToken cancellation)
    {
        var listing = await ClusterListing.ReadAsync(vault, cluster, VaultPaths.Cluster(cluster), cancellation);
        var packs = listing.Packs.Select(p => PackOf(p.Key, p.Value)).ToImmutableArray();
        index = packs.Index().ToDictionary(p => p.Item.Digest, p => p.Index);
        var chain = await SealChain.ReadAsync(vault, cluster, cancellation);
        var seals = chain.Seals.ToDictionary(p => p.Id);
        await ReadInventoriesAsync(listing.Inventories, seals, cancellation);
        var points = new List<PointUse>();
        // one that was sealed since the listing is looked at again before anything goes
        foreach (var point in chain.Seals.Where(p => listing.Seals.Contains(p.Id)))
            points.Add(await UseAsync(point, chain, listing, cancellation));
        var unsealed = Unsealed(listing, chain);
        var policies = Policies(points);
        return new(cluster, packs, [.. points], unsealed, Unreadable(listing, chain))
        {
            Policies = policies,
            Export = ExportOf(policies),
            UnnamedImages = Unnamed(listing.Images, points.SelectMany(p => p.Volumes).Concat(unsealed.SelectMany(u => u.Volumes))),
        };
    }

    private ImmutableArray<ImageFacts> Unnamed(Dictionary<string, List<BlobEntry>> images, IEnumerable<VolumeData> volumes)
    {
        // by path: the vault may be a copy, or be opened under another address than it was captured into
        var named = volumes.Where(v => v.Kind == VolumeDataKind.DiskImage).Select(v => PointImages.PathOf(v.Handle)).ToHashSet();
        return [.. images.Where(i => !named.Contains(i.Key)).Select(i => ImageOf(i.Key, i.Value))];
    }

    /// <summary>The packs that the inventory of a point names, sealed or not; null: there is none.</summary>
    /// <exception cref="ArchiveException">Malformed, NewerVersion, DigestMismatch: it can't be read.</exception>
    public async Task<ImmutableArray<ContentDigest>?> PacksOfAsync(PointId point, CancellationToken cancellation) =>
        await RecoveryPointReader.FindInventoryAsync(vault, cluster, point, cancellation) is { } inventory
            ? [.. inventory.Segments.SelectMany(s => s.Parts).Select(p => p.Pack).Distinct()]
            : null;

    private Task ReadInventoriesAsync(
        IEnumerable<PointId> points,
        Dictionary<PointId, SealedPoint> seals,
        CancellationToken cancellation
    ) =>
        System.Threading.Tasks.Parallel.ForEachAsync(
            points,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation },
            async (point, stop) =>
            {
                try
                {
                    var inventory = seals.TryGetValue(point, out var of)
                        ? await RecoveryPointReader.ReadInventoryAsync(vault, cluster, of.Seal, stop)
                        : await RecoveryPointReader.FindInventoryAsync(vault, cluster, point, stop);
                    inventories[point] = inventory is null ? InventoryUse.None : UseOf(inventory);
                }
                catch (ArchiveException e) when (!e.IsTransient && e.Failure is not ArchiveFailure.Forbidden)
                {
                    inventories[point] = InventoryUse.None with { Unreadable = e.Message };
                }
            }
        );

    private InventoryUse UseOf(Inventory inventory)
    {
        var named = inventory.Segments.SelectMany(s => s.Parts).Select(p => p.Pack).Distinct();
        return new(
            [.. named.Where(index.ContainsKey).Select(digest => index[digest])],
            inventory.Policy,
            [.. (inventory.Volumes ?? []).SelectMany(VolumeData.Of)]
        );
    }

    private Dictionary<PolicyName, JsonElement> Policies(IEnumerable<PointUse> points)
    {
        var policies = new Dictionary<PolicyName, JsonElement>();
        foreach (var point in points.Where(p => p.Facts.Doubt is null).OrderBy(p => p.Facts.Sequence))
        {
            if (point.Facts.Policy is { } name)
                policies[name] = inventories[point.Facts.Id].Policy!.Value;
        }
        return policies;
    }

    /// <summary>Of several the one with the first name.</summary>
    private static FileExport? ExportOf(Dictionary<PolicyName, JsonElement> policies) =>
        policies
            .OrderBy(p => p.Key.ToString(), StringComparer.Ordinal)
            .Select(p => ProtectionPolicy.Read(p.Value).Document?.Files)
            .FirstOrDefault(f => f is not null);

    private async Task<PointUse> UseAsync(SealedPoint point, SealChain chain, ClusterListing listing, CancellationToken cancellation)
    {
        var seal = point.Seal;
        var expiry = chain.Expiries.GetValueOrDefault(point.Id);
        var isExpired = expiry is not null && PointExpiries.Fault(expiry, seal, trust) is null;
        var entries = listing.Contents.GetValueOrDefault(point.Id);
        var inventory = inventories.GetValueOrDefault(point.Id) ?? InventoryUse.None;
        var unreadable =
            inventory.Unreadable
            ?? (!listing.Inventories.Contains(point.Id) && !isExpired ? $"the inventory of {point.Id} is missing" : null);
        var doubt =
            chain.Distrust(point, trust)
            ?? chain.Doubt(point, trust)?.Message
            ?? (
                listing.Expired.Contains(point.Id) && !isExpired ? "it has an expired.json that doesn't count; run 'holdfast verify'" : null
            )
            ?? unreadable;
        var facts = new PointFacts(point.Id, seal.Sequence, seal.PinnedAt, seal.State, PolicyName.Of(inventory.Policy), seal.KeepUntil)
        {
            Hold =
                listing.Holds.TryGetValue(point.Id, out var hold) ? await HoldAsync(hold, cancellation)
                : listing.LegalHolds.Contains(point.Id) ? "a legal hold of the storage"
                : null,
            Doubt = doubt,
        };
        return new(facts, inventory.Packs)
        {
            ExpiredAt = isExpired ? expiry!.ExpiredAt : null,
            HasContent = entries is not null,
            ImmutableUntil = entries?.Max(e => e.ImmutableUntil),
            IsSigned = seal.Signature is not null,
            Unreadable = unreadable,
            Volumes = inventory.Volumes,
        };
    }

    private async Task<string> HoldAsync(BlobEntry hold, CancellationToken cancellation)
    {
        try
        {
            var bytes = await vault.ReadAsync(hold.Path, hold.Version, cancellation);
            return bytes is null ? "someone"
                : PointHold.Read(bytes, hold.Path) is var read ? $"{read.By}: {read.Reason}"
                : "";
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.NewerVersion)
        {
            return e.Message;
        }
    }

    private ImmutableArray<UnsealedPoint> Unsealed(ClusterListing listing, SealChain chain)
    {
        var previous = chain.Seals.SelectMany(p => p.Seal.Previous).Select(p => p.Point).ToHashSet();
        return
        [
            .. from pair in listing.Contents
            where !listing.Seals.Contains(pair.Key)
            let use = inventories.GetValueOrDefault(pair.Key) ?? InventoryUse.None
            select new UnsealedPoint(
                pair.Key,
                pair.Value.Max(e => e.LastModified),
                pair.Value.Max(e => e.ImmutableUntil),
                use.Packs,
                previous.Contains(pair.Key)
            )
            {
                Unreadable = use.Unreadable,
                Volumes = use.Volumes,
            },
        ];
    }

    /// <summary>Also seals that a newer program wrote, and those that are there no more.</summary>
    private static ImmutableArray<string> Unreadable(ClusterListing listing, SealChain chain)
    {
        var read = chain.Seals.Select(p => p.Id).ToHashSet();
        return [.. listing.Seals.Where(p => !read.Contains(p)).Select(p => $"the seal of {p} can't be read; run 'holdfast verify'")];
    }

    private static ImageFacts ImageOf(string path, List<BlobEntry> versions) =>
        new(path, versions.Sum(v => v.Length), versions.Max(v => v.LastModified), versions.Max(v => v.ImmutableUntil));

    private static PackFacts PackOf(ContentDigest digest, List<BlobEntry> versions) =>
        new(digest, versions.Sum(v => v.Length), versions.Max(v => v.LastModified), versions.Max(v => v.ImmutableUntil));

    private sealed record InventoryUse(ImmutableArray<int> Packs, JsonElement? Policy, ImmutableArray<VolumeData> Volumes)
    {
        public static readonly InventoryUse None = new([], null, []);

        public string? Unreadable { get; init; }
    }
}
