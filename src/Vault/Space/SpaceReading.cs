using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Vault.Pruning;

namespace Holdfast.Vault.Space;

/// <summary>
/// Adds up what the points of a cluster take, from their inventories and a listing of the packs. Reads every inventory, a few at a time;
/// memory is some bytes for each part that there is.
/// </summary>
public sealed class SpaceReading(IBlobStore vault, ClusterName cluster)
{
    /// <summary>Inventories are unpacked in memory.</summary>
    private const int AtOnce = 4;

    private readonly Dictionary<ContentDigest, Counted> parts = [];
    private readonly Dictionary<string, Content> types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Content> namespaces = new(StringComparer.Ordinal);
    private readonly SortedDictionary<DateOnly, DayOfGrowth> days = [];
    private readonly List<string> unread = [];
    private int counted;
    private long bytes;

    /// <param name="points">In the order of the cluster's chain.</param>
    /// <exception cref="ArchiveException">The vault can't be read; a point whose inventory is damaged isn't counted.</exception>
    public async Task<ClusterSpace> ReadAsync(IEnumerable<SealedPoint> points, CancellationToken cancellation)
    {
        foreach (var some in points.Chunk(AtOnce))
        {
            var read = await Task.WhenAll(some.Select(point => InventoryAsync(point.Seal, cancellation)));
            foreach (var (point, (inventory, why)) in some.Zip(read))
            {
                if (inventory is not null)
                    Add(point.Seal, inventory);
                else
                    unread.Add($"{point.Id} isn't counted: {why}");
            }
        }
        return Result(await PacksAsync(cancellation));
    }

    private async Task<(Inventory? Inventory, string? Why)> InventoryAsync(Seal seal, CancellationToken cancellation)
    {
        try
        {
            return (await RecoveryPointReader.ReadInventoryAsync(vault, cluster, seal, cancellation), null);
        }
        catch (ArchiveException e) when (!e.IsTransient && e.Failure is not ArchiveFailure.Forbidden)
        {
            return (null, e.Message);
        }
    }

    private void Add(Seal seal, Inventory inventory)
    {
        var added = default(Content);
        foreach (var segment in inventory.Segments)
        foreach (var part in segment.Parts)
        {
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(parts, part.RawDigest, out var exists);
            if (exists)
            {
                known = known with { IsShared = known.IsShared || known.First != seal.Point };
                continue;
            }
            var content = new Content(part.RawBytes, part.Length);
            known = new(content, seal.Point, false);
            added += content;
            Add(types, segment.Resource, content);
            Add(namespaces, segment.Namespace ?? "", content);
        }
        (counted, bytes) = (counted + 1, bytes + seal.RawBytes);
        var day = DateOnly.FromDateTime(seal.PinnedAt.UtcDateTime);
        var before = days.GetValueOrDefault(day) ?? new(day, 0, default);
        days[day] = before with { Points = before.Points + 1, Added = before.Added + added };
    }

    private static void Add(Dictionary<string, Content> to, string name, Content content) =>
        CollectionsMarshal.GetValueRefOrAddDefault(to, name, out _) += content;

    private async Task<PackTotal> PacksAsync(CancellationToken cancellation)
    {
        var total = default(PackTotal);
        await foreach (var blob in vault.ListAsync(VaultPaths.Packs(cluster), cancellation))
            total = new(total.Packs + 1, total.Bytes + blob.Length);
        return total;
    }

    private ClusterSpace Result(PackTotal packs) =>
        new()
        {
            Cluster = cluster,
            Points = counted,
            PointBytes = bytes,
            Content = Sum(parts.Values.Select(p => p.Content)),
            Shared = Sum(parts.Values.Where(p => p.IsShared).Select(p => p.Content)),
            Packs = packs,
            Types = Largest(types),
            Namespaces = Largest(namespaces),
            Growth = [.. days.Values],
            Unread = [.. unread],
        };

    private static Content Sum(IEnumerable<Content> contents) => contents.Aggregate(default(Content), (a, b) => a + b);

    private static ImmutableArray<SpaceShare> Largest(Dictionary<string, Content> shares) =>
        [
            .. shares
                .Select(s => new SpaceShare(s.Key, s.Value))
                .OrderByDescending(s => s.Content.Stored)
                .ThenBy(s => s.Name, StringComparer.Ordinal),
        ];

    private readonly record struct Counted(Content Content, PointId First, bool IsShared);
}
