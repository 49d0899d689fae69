using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.Machine.Faults;

namespace Holdfast.Vault.Catalogue;

/// <summary>
/// The listing of a vault's points, from the vault alone: seals never change, so each is read once and then taken from a cache for as long
/// as the vault lists it as it was. A listing costs one list per cluster and one read per point that is new, whatever the history. For
/// showing and searching only: what restores, captures, verifies, expires or purges reads the vault itself. Thread-safe.
/// </summary>
/// <param name="trust">Whose points can be trusted; signatures and the chain are checked at each listing.</param>
/// <param name="cache">Where the cache is kept; nothing in it is secret, and it may be lost at any time.</param>
public sealed class VaultCatalogue(IBlobStore vault, SealTrust trust, IDocumentStore cache)
{
    /// <summary>Inventories are unpacked in memory.</summary>
    private const int Parallel = 4;
    private const int DigitsOfLocation = 16;

    private readonly string folder = FolderOf(vault);

    private static string FolderOf(IBlobStore vault) =>
        $"{ControlPaths.Catalogue}{ContentDigest.Of(Encoding.UTF8.GetBytes(vault.Location)).ToString()[..DigitsOfLocation]}/";

    /// <summary>Where a cluster's seals and expiries are kept.</summary>
    internal static string SealsOf(IBlobStore vault, ClusterName cluster) => $"{FolderOf(vault)}{cluster}/seals/";

    /// <summary>Where figures that were added up from a cluster's points are kept.</summary>
    public static string FiguresOf(IBlobStore vault, ClusterName cluster) => $"{FolderOf(vault)}{cluster}/figures.json";

    /// <summary>
    /// The points that are meant, in order of cluster, then sequence, with those that can't be trusted and why; and the faults in the
    /// clusters' chains of seals, of whatever time.
    /// </summary>
    /// <param name="cluster">Null: every cluster.</param>
    public async Task<CheckedPoints> ListAsync(ClusterName? cluster, PointSearch search, CancellationToken cancellation)
    {
        var (points, faults) = (ImmutableArray.CreateBuilder<CheckedPoint>(), ImmutableArray.CreateBuilder<string>());
        foreach (var name in cluster is { } one ? [one] : await SealedPoints.ClustersAsync(vault, cancellation))
        {
            var all = await JudgeAsync(name, cancellation);
            var meant = all.Points.Where(p => search.Includes(p.Point.Seal)).ToImmutableArray();
            var found = search.NeedsContents ? await SearchAsync(name, meant, search, cancellation) : new(meant, []);
            points.AddRange(found.Points);
            faults.AddRange(all.Faults);
            faults.AddRange(found.Faults);
        }
        return new(points.ToImmutable(), faults.ToImmutable());
    }

    /// <summary>
    /// The newest point under each policy, among points of one cluster. What each was made under is remembered, so an inventory is read
    /// once, ever; those that weren't read yet, the newest first, at most <paramref name="mostUnread"/> in a call: the next one continues.
    /// </summary>
    /// <param name="points">In the order of the cluster's chain.</param>
    public async Task<PolicyPoints> NewestOfPoliciesAsync(
        ClusterName cluster,
        IEnumerable<SealedPoint> points,
        int mostUnread,
        CancellationToken cancellation
    )
    {
        var kept = await KeptBlobs.ReadAsync(cache, ContentsOf(cluster), cancellation);
        var (found, unread) = (new ConcurrentDictionary<PointId, string>(), new ConcurrentQueue<string>());
        var (left, waiting) = (mostUnread, 0);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        var newestFirst = points.Reverse().ToList();
        try
        {
            await System.Threading.Tasks.Parallel.ForEachAsync(newestFirst, options, LookAsync);
        }
        finally
        {
            await kept.SaveAsync(CancellationToken.None);
        }
        var newest = newestFirst.Where(p => found.ContainsKey(p.Id)).DistinctBy(p => found[p.Id]);
        return new(newest.ToImmutableDictionary(p => found[p.Id]), waiting, [.. unread.Order(StringComparer.Ordinal)]);

        async ValueTask LookAsync(SealedPoint point, CancellationToken stop)
        {
            if (Remembered(cluster, point.Seal, kept) is null && Interlocked.Decrement(ref left) < 0)
            {
                Interlocked.Increment(ref waiting);
                return;
            }
            try
            {
                if ((await ContentsAsync(cluster, point.Seal, kept, stop)).Policy is { } policy)
                    found[point.Id] = policy;
            }
            catch (ArchiveException e) when (!e.IsTransient && e.Failure is not ArchiveFailure.Forbidden)
            {
                unread.Enqueue($"{cluster}: it isn't known which policy {point.Id} was made under: {e.Message}");
            }
        }
    }

    /// <summary>
    /// Opens a point to show it. Where its seal alone doesn't prove it, its chain is read from the cache, at the cost of one list.
    /// </summary>
    /// <inheritdoc cref="RecoveryPointReader.OpenAsync(IBlobStore, ClusterName, PointId, SealTrust, CancellationToken)"/>
    public async Task<RecoveryPointReader> OpenAsync(ClusterName cluster, PointId point, CancellationToken cancellation)
    {
        if (trust.HasKeys)
            return await RecoveryPointReader.OpenAsync(vault, cluster, point, trust, cancellation);
        var kept = await KeptBlobs.ReadAsync(cache, SealsOf(vault, cluster), cancellation);
        try
        {
            return await RecoveryPointReader.OpenAsync(new CataloguedVault(vault, cluster, kept), cluster, point, trust, cancellation);
        }
        finally
        {
            await kept.SaveAsync(CancellationToken.None);
        }
    }

    private async Task<CheckedPoints> JudgeAsync(ClusterName cluster, CancellationToken cancellation)
    {
        var place = SealsOf(vault, cluster);
        var kept = await KeptBlobs.ReadAsync(cache, place, cancellation);
        var remembered = new CataloguedVault(vault, cluster, kept);
        try
        {
            var judged = await new PointCatalog(remembered, trust).JudgeAsync(cluster, cancellation);
            return judged with { Faults = [.. judged.Faults, .. remembered.Faults($"{place} of the cache")] };
        }
        finally
        {
            // also when it was cut short: the next attempt continues from here
            await kept.SaveAsync(CancellationToken.None);
        }
    }

    /// <summary>Each inventory is read once, ever: its seal names its digest.</summary>
    private async Task<CheckedPoints> SearchAsync(
        ClusterName cluster,
        ImmutableArray<CheckedPoint> among,
        PointSearch search,
        CancellationToken cancellation
    )
    {
        var kept = await KeptBlobs.ReadAsync(cache, ContentsOf(cluster), cancellation);
        var (found, unread) = (new ConcurrentDictionary<PointId, bool>(), new ConcurrentQueue<string>());
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        try
        {
            await System.Threading.Tasks.Parallel.ForEachAsync(
                among,
                options,
                async (point, stop) =>
                {
                    try
                    {
                        found[point.Point.Id] = search.Includes(await ContentsAsync(cluster, point.Point.Seal, kept, stop));
                    }
                    catch (ArchiveException e) when (!e.IsTransient && e.Failure is not ArchiveFailure.Forbidden)
                    {
                        unread.Enqueue($"{cluster}: it isn't known whether {point.Point.Id} is meant: {e.Message}");
                    }
                }
            );
        }
        finally
        {
            await kept.SaveAsync(CancellationToken.None);
        }
        return new([.. among.Where(p => found.GetValueOrDefault(p.Point.Id))], [.. unread.Order(StringComparer.Ordinal)]);
    }

    private string ContentsOf(ClusterName cluster) => $"{folder}{cluster}/contents/";

    private async Task<PointContents> ContentsAsync(ClusterName cluster, Seal seal, KeptBlobs kept, CancellationToken cancellation)
    {
        if (Remembered(cluster, seal, kept) is { } contents)
            return contents;
        var read = PointContents.Of(await RecoveryPointReader.ReadInventoryAsync(vault, cluster, seal, cancellation));
        var path = VaultPaths.Inventory(cluster, seal.Point);
        kept.Add(new(path, $"{seal.Inventory}", JsonSerializer.SerializeToUtf8Bytes(read, CatalogueJson.Default.PointContents)));
        return read;
    }

    private static PointContents? Remembered(ClusterName cluster, Seal seal, KeptBlobs kept) =>
        kept.Find(VaultPaths.Inventory(cluster, seal.Point)) is { } known && known.Identity == $"{seal.Inventory}"
            ? Parse(known.Content)
            : null;

    private static PointContents? Parse(byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, CatalogueJson.Default.PointContents);
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }
}
