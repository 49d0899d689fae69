using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Lists a vault's points, from their seals alone.</summary>
public static class SealedPoints
{
    private const int Parallel = 16;

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
    /// A cluster's points in order of sequence (then id), without those that retention expired. A seal that can't be read is left out here
    /// and found by verification.
    /// </summary>
    public static async Task<ImmutableArray<SealedPoint>> ListAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation)
    {
        var folder = await PointFolders.ReadAsync(store, cluster, cancellation);
        return await UnexpiredAsync(
            store,
            cluster,
            folder,
            await ReadAsync(store, cluster, folder.Seals.Values, null, cancellation),
            cancellation
        );
    }

    /// <summary>The same, of revisions from an instant on, for what needs each of them: to delete what none of them names.</summary>
    /// <exception cref="ArchiveException">A seal among them can't be read: what its point names isn't known.</exception>
    public static async Task<ImmutableArray<SealedPoint>> ListSinceAsync(
        IBlobStore store,
        ClusterName cluster,
        DateTimeOffset since,
        CancellationToken cancellation
    )
    {
        var folder = await PointFolders.ReadAsync(store, cluster, cancellation);
        var seals = folder.Seals.Values.Where(s => s.Point.Time >= since);
        var unreadable = new List<ChainFault>();
        var read = await ReadAsync(store, cluster, seals, unreadable, cancellation, refuseNewer: true);
        var points = await UnexpiredAsync(store, cluster, folder, read, cancellation);
        return unreadable is [var first, ..]
            ? throw new ArchiveException(ArchiveFailure.Malformed, $"the seal of point {first.Point} can't be read: {first.Message}")
            : points;
    }

    /// <summary>
    /// Some of the points that a listing shows, those of the newest ids first: seals are read until so many points are found.
    /// </summary>
    internal static async Task<ImmutableArray<SealedPoint>> SomeAsync(
        IBlobStore store,
        ClusterName cluster,
        PointFolders folder,
        IEnumerable<PointId> among,
        int most,
        CancellationToken cancellation
    )
    {
        // one that is marked as expired is a point only where the mark doesn't count
        var inOrder = among.OrderBy(folder.Expired.Contains).ThenByDescending(p => p.ToString(), StringComparer.Ordinal);
        var found = ImmutableArray.CreateBuilder<SealedPoint>();
        foreach (var some in inOrder.Chunk(Parallel))
        {
            if (found.Count >= most)
                break;
            var read = await ReadAsync(store, cluster, some.Select(p => folder.Seals[p]), null, cancellation);
            found.AddRange(await UnexpiredAsync(store, cluster, folder, read, cancellation));
        }
        return found.ToImmutable();
    }

    /// <summary>One point, by one read of its seal. Null: it doesn't exist, or retention expired it.</summary>
    /// <exception cref="ArchiveException">Malformed, DigestMismatch or NewerVersion: the seal can't be read.</exception>
    public static async Task<SealedPoint?> FindAsync(IBlobStore store, ClusterName cluster, PointId point, CancellationToken cancellation)
    {
        if (await store.ReadAsync(VaultPaths.Seal(cluster, point), null, cancellation) is not { } bytes)
            return null;
        var found = new SealedPoint(SealDocument.Read(bytes, cluster, point), ContentDigest.Of(bytes));
        return await PointExpiries.FindAsync(store, cluster, found.Seal, SealTrust.Anyone, cancellation) is null ? found : null;
    }

    /// <param name="unreadable">Receives blobs that aren't seals; null: left to verification.</param>
    internal static async Task<IReadOnlyCollection<SealedPoint>> ReadAsync(
        IBlobStore store,
        ClusterName cluster,
        IEnumerable<SealEntry> entries,
        List<ChainFault>? unreadable,
        CancellationToken cancellation,
        bool refuseNewer = false
    )
    {
        var read = new System.Collections.Concurrent.ConcurrentBag<SealedPoint>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            entries,
            options,
            async (entry, stop) =>
            {
                try
                {
                    if (entry.Blob.Length > FormatLimits.SealBytes)
                        throw new ArchiveException(
                            ArchiveFailure.Malformed,
                            $"{entry.Blob.Path} has {entry.Blob.Length} bytes, more than a seal may have; it wasn't read"
                        );
                    if (await store.ReadAsync(entry.Blob.Path, entry.Blob.Version, stop) is { } bytes)
                        read.Add(new SealedPoint(SealDocument.Read(bytes, cluster, entry.Point), ContentDigest.Of(bytes)));
                }
                catch (ArchiveException e)
                    when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.DigestMismatch
                        || (e.Failure is ArchiveFailure.NewerVersion && !refuseNewer)
                    )
                {
                    // Not a point that this program can open.
                    if (unreadable is not null && e.Failure != ArchiveFailure.NewerVersion)
                    {
                        lock (unreadable)
                            unreadable.Add(new(ChainFaultKind.Unreadable, entry.Point, e.Message));
                    }
                }
            }
        );
        return read;
    }

    private static async Task<ImmutableArray<SealedPoint>> UnexpiredAsync(
        IBlobStore store,
        ClusterName cluster,
        PointFolders folder,
        IReadOnlyCollection<SealedPoint> read,
        CancellationToken cancellation
    )
    {
        var marked = read.Where(p => folder.Expired.Contains(p.Id));
        var expired = await PointExpiries.ReadAsync(store, cluster, marked, SealTrust.Anyone, cancellation);
        return Ordered(read.Where(p => !expired.ContainsKey(p.Id)));
    }

    internal static ImmutableArray<SealedPoint> Ordered(IEnumerable<SealedPoint> points) =>
        [.. points.OrderBy(p => p.Seal.Sequence).ThenBy(p => p.Id.ToString(), StringComparer.Ordinal)];
}
