using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Lists what a vault holds, from the seals alone.</summary>
public static class SealedPoints
{
    private const int Parallel = 16;

    /// <summary>Longer than two captures can see and not see each other while they seal.</summary>
    private static readonly TimeSpan HeadWindow = TimeSpan.FromDays(1);

    /// <summary>The clusters that have anything in the vault, in order of name.</summary>
    public static async Task<ImmutableArray<ClusterName>> ClustersAsync(IBlobStore store, CancellationToken cancellation)
    {
        var clusters = ImmutableArray.CreateBuilder<ClusterName>();
        await foreach (var folder in store.ListFoldersAsync(VaultPaths.ClustersPrefix, cancellation))
        {
            if (ClusterName.TryParse(folder[VaultPaths.ClustersPrefix.Length..^1], out var name))
                clusters.Add(name);
        }
        return clusters.ToImmutable();
    }

    /// <summary>
    /// A cluster's points in order of sequence (then id), without those that retention expired. A seal that can't be read is left out here and found by verification.
    /// </summary>
    public static async Task<ImmutableArray<SealedPoint>> ListAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation)
    {
        var folder = await PointFolders.ReadAsync(store, cluster, cancellation);
        return Ordered(await ReadAsync(store, cluster, folder.Seals.Values.Where(s => !folder.Expired.Contains(s.Point)), null, cancellation));
    }

    /// <summary>The last point by sequence that isn't expired, from the newest few seals: its cost doesn't grow with the history. Null: there is none.</summary>
    public static async Task<SealedPoint?> LatestAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation)
    {
        var folder = await PointFolders.ReadAsync(store, cluster, cancellation);
        var live = folder.Seals.Values.Where(s => !folder.Expired.Contains(s.Point)).ToList();
        var recent = Ordered(await ReadAsync(store, cluster, Recent(live), null, cancellation));
        return recent.Length > 0 ? recent[^1] : Ordered(await ReadAsync(store, cluster, live, null, cancellation)).LastOrDefault();
    }

    /// <summary>
    /// The sealed points that no other names as previous. Each seal names all heads it saw, so a head can only be one of the seals written last (by the store's clock):
    /// older ones are not read.
    /// </summary>
    /// <exception cref="ArchiveException">NewerVersion: a newer program has been here, and the chain is not ours to go on with.</exception>
    internal static async Task<ImmutableArray<SealedPoint>> HeadsAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation)
    {
        var folder = await PointFolders.ReadAsync(store, cluster, cancellation);
        var recent = await ReadAsync(store, cluster, Recent([.. folder.Seals.Values]), null, cancellation, refuseNewer: true);
        var named = recent.SelectMany(p => p.Seal.Previous).Select(p => p.Point).ToHashSet();
        return Ordered(recent.Where(p => !named.Contains(p.Id)));
    }

    private static IEnumerable<SealEntry> Recent(List<SealEntry> seals)
    {
        var from = seals.Count == 0 ? default : seals.Max(s => s.Blob.LastModified) - HeadWindow;
        return seals.Where(s => s.Blob.LastModified >= from);
    }

    /// <param name="unreadable">Gets those that aren't seals; null: verification says so.</param>
    internal static async Task<IReadOnlyCollection<SealedPoint>> ReadAsync(
        IBlobStore store, ClusterName cluster, IEnumerable<SealEntry> entries, List<ChainFault>? unreadable, CancellationToken cancellation, bool refuseNewer = false)
    {
        var read = new System.Collections.Concurrent.ConcurrentBag<SealedPoint>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(entries, options, async (entry, stop) =>
        {
            try
            {
                if (entry.Blob.Length > FormatLimits.SealBytes)
                    throw new ArchiveException(ArchiveFailure.Malformed, $"{entry.Blob.Path} has {entry.Blob.Length} bytes, more than a seal may have; it was not read");
                if (await store.ReadAsync(entry.Blob.Path, entry.Blob.Version, stop) is { } bytes)
                    read.Add(new SealedPoint(SealDocument.Read(bytes, cluster, entry.Point), ContentDigest.Of(bytes)));
            }
            catch (ArchiveException e) when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.DigestMismatch || (e.Failure is ArchiveFailure.NewerVersion && !refuseNewer))
            {
                // Not a point that this program can open.
                if (unreadable is not null && e.Failure != ArchiveFailure.NewerVersion)
                {
                    lock (unreadable)
                        unreadable.Add(new(ChainFaultKind.Unreadable, entry.Point, e.Message));
                }
            }
        });
        return read;
    }

    internal static ImmutableArray<SealedPoint> Ordered(IEnumerable<SealedPoint> points) =>
        [.. points.OrderBy(p => p.Seal.Sequence).ThenBy(p => p.Id.ToString(), StringComparer.Ordinal)];
}
