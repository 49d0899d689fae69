using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Capture.Reuse;

/// <summary>
/// Packs of which the last point uses so little that what it uses is written again: else a few unchanged objects keep a whole pack, and its
/// immutability is extended with each point. A pack becomes sparse once most of it has changed, so this writes at most 3 bytes for each 7
/// that changed.
/// </summary>
public static class SparsePacks
{
    /// <summary>A pack is sparse when the last point uses less of it, in percent.</summary>
    public const int LivePercent = 30;

    /// <summary>In one capture, so that it stays short; the others are left to the next one.</summary>
    public const int Most = 256;

    /// <summary>The sparsest first. One listing of the cluster's packs.</summary>
    /// <exception cref="ArchiveException">The packs can't be listed.</exception>
    public static async Task<ImmutableArray<ContentDigest>> FindAsync(
        IBlobStore vault,
        ClusterName cluster,
        Inventory last,
        CancellationToken cancellation
    )
    {
        var used = Used(last);
        var sparse = new Dictionary<ContentDigest, double>();
        await foreach (var blob in vault.ListAsync(VaultPaths.Packs(cluster), cancellation))
        {
            if (VaultPaths.PackOf(cluster, blob.Path) is { } pack && used.TryGetValue(pack, out var bytes))
            {
                if (bytes * 100 < blob.Length * LivePercent)
                    sparse[pack] = (double)bytes / blob.Length;
            }
        }
        return [.. sparse.OrderBy(p => p.Value).ThenBy(p => p.Key.ToString(), StringComparer.Ordinal).Select(p => p.Key).Take(Most)];
    }

    public static string Note(ImmutableArray<ContentDigest> sparse) =>
        $"of {sparse.Length} packs the last point used less than {LivePercent}%: what it used is written again, so that they can be purged";

    /// <summary>Bytes of each pack that the point names, those that several segments name once.</summary>
    private static Dictionary<ContentDigest, long> Used(Inventory last) =>
        last
            .Segments.SelectMany(s => s.Parts)
            .DistinctBy(p => (p.Pack, p.Offset))
            .GroupBy(p => p.Pack)
            .ToDictionary(g => g.Key, g => g.Sum(p => (long)p.Length));
}
