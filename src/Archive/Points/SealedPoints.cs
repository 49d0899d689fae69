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

    /// <summary>A certain point, by one read of its seal. Null: it isn't there, or retention expired it.</summary>
    /// <exception cref="ArchiveException">Malformed, DigestMismatch or NewerVersion: the seal can't be read.</exception>
    public static async Task<SealedPoint?> FindAsync(IBlobStore store, ClusterName cluster, PointId point, CancellationToken cancellation)
    {
        if (await store.ReadAsync(VaultPaths.Seal(cluster, point), null, cancellation) is not { } bytes)
            return null;
        var found = new SealedPoint(SealDocument.Read(bytes, cluster, point), ContentDigest.Of(bytes));
        return await store.ReadAsync(VaultPaths.Expired(cluster, point), null, cancellation) is null ? found : null;
    }

    /// <summary>
    /// The last point by sequence that isn't expired: it lists names, and reads the newest seal, or a few. Null: there is none.
    /// </summary>
    public static async Task<SealedPoint?> LatestAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation)
    {
        var folder = await PointFolders.ReadAsync(store, cluster, cancellation);
        var last = Ordered(await RecentAsync(store, cluster, folder, refuseNewer: false, cancellation)).LastOrDefault();
        if (last is not null && !folder.Expired.Contains(last.Id))
            return last;
        var live = folder.Seals.Values.Where(s => !folder.Expired.Contains(s.Point));
        return Ordered(await ReadAsync(store, cluster, live, null, cancellation)).LastOrDefault();
    }

    /// <summary>
    /// The sealed points that no other names as previous. Each seal names all heads it saw, so a head can only be one of the seals written last (by the store's clock):
    /// older ones are not read.
    /// </summary>
    /// <exception cref="ArchiveException">NewerVersion: a newer program has been here, and the chain is not ours to continue.</exception>
    internal static async Task<ImmutableArray<SealedPoint>> HeadsAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation)
    {
        var folder = await PointFolders.ReadAsync(store, cluster, cancellation);
        var recent = await RecentAsync(store, cluster, folder, refuseNewer: true, cancellation);
        var named = recent.SelectMany(p => p.Seal.Previous).Select(p => p.Point).ToHashSet();
        return Ordered(recent.Where(p => !named.Contains(p.Id)));
    }

    /// <summary>
    /// The seals among which every head is: the newest, and those that its writer may not have seen; all of the last day where the store's
    /// times don't tell which those are.
    /// </summary>
    private static async Task<IReadOnlyCollection<SealedPoint>> RecentAsync(
        IBlobStore store, ClusterName cluster, PointFolders folder, bool refuseNewer, CancellationToken cancellation)
    {
        if (folder.Seals.Values.MaxBy(s => s.Blob.LastModified) is not { } newest)
            return [];
        var last = (await ReadAsync(store, cluster, [newest], null, cancellation, refuseNewer)).FirstOrDefault();
        var rest = (last is null ? null : Beside(folder, last))
            ?? folder.Seals.Values.Where(s => s.Blob.LastModified >= newest.Blob.LastModified - HeadWindow && s != newest);
        return [.. last is null ? [] : new[] { last }, .. await ReadAsync(store, cluster, rest, null, cancellation, refuseNewer)];
    }

    /// <summary>
    /// The seals that were not there yet when the last one's writer looked for heads: written no earlier than the heads that it names.
    /// Null: points are younger than the last one by their names, or a head is gone, so
    /// that the store's times are not those of writing (a vault that was copied).
    /// </summary>
    private static IEnumerable<SealEntry>? Beside(PointFolders folder, SealedPoint last)
    {
        var named = last.Seal.Previous.Select(p => p.Point).ToHashSet();
        if (!named.All(folder.Seals.ContainsKey) || folder.Seals.Keys.Any(p => string.CompareOrdinal(Second(p), Second(last.Id)) > 0))
            return null;
        var since = named.Select(p => folder.Seals[p].Blob.LastModified).DefaultIfEmpty().Max();
        var second = named.Select(Second).Max(StringComparer.Ordinal) ?? "";
        return folder.Seals.Values.Where(s =>
            s.Point != last.Id && !named.Contains(s.Point)
            && (s.Blob.LastModified >= since || string.CompareOrdinal(Second(s.Point), second) > 0));
    }

    private static string Second(PointId point) => point.ToString()[..PointId.SecondLength];

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
