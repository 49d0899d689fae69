using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Lists what a vault holds, from the seals alone.</summary>
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
        return Ordered(
            await ReadAsync(store, cluster, folder.Seals.Values.Where(s => !folder.Expired.Contains(s.Point)), null, cancellation)
        );
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

    /// <param name="unreadable">Gets those that aren't seals; null: verification says so.</param>
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
                            $"{entry.Blob.Path} has {entry.Blob.Length} bytes, more than a seal may have; it was not read"
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

    internal static ImmutableArray<SealedPoint> Ordered(IEnumerable<SealedPoint> points) =>
        [.. points.OrderBy(p => p.Seal.Sequence).ThenBy(p => p.Id.ToString(), StringComparer.Ordinal)];
}
