using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>
/// The end of a chain from a few seals: the newest, those that it names, and those that its writer may not have seen. Each seal names all
/// heads that its writer saw, so nothing older can be a head.
/// </summary>
internal static class RecentSeals
{
    /// <returns> In order of sequence. Null: the end of the chain can't be determined from them, because one can't be read, names seals
    /// that don't exist or has a wrong sequence, or because the store's times aren't those of writing (a vault that was copied). </returns>
    public static async Task<IReadOnlyCollection<SealedPoint>?> ReadAsync(
        IBlobStore store,
        ClusterName cluster,
        PointFolders folder,
        bool refuseNewer,
        CancellationToken cancellation
    )
    {
        if (folder.Seals.Values.MaxBy(s => s.Blob.LastModified) is not { } newest)
            return null;
        var known = new Dictionary<PointId, SealedPoint>();
        if (!await TakeAsync([newest]) || Beside(folder, known[newest.Point]) is not { } beside || !await TakeAsync(beside))
            return null;
        var ends = known.Values.ToList();
        if (!await TakeAsync(ends.SelectMany(p => p.Seal.Previous).Select(p => folder.Seals.GetValueOrDefault(p.Point))))
            return null;
        var sound = ends.All(p => !ChainLinks.Faults(p, known, folder.Seals.Keys).Any());
        return sound ? SealedPoints.Ordered(ends) : null;

        // False: not all of them exist and can be read.
        async Task<bool> TakeAsync(IEnumerable<SealEntry?> entries)
        {
            var wanted = entries.Where(e => e is null || !known.ContainsKey(e.Point)).DistinctBy(e => e?.Point).ToList();
            if (wanted.Contains(null))
                return false;
            var read = await SealedPoints.ReadAsync(store, cluster, wanted.OfType<SealEntry>(), null, cancellation, refuseNewer);
            foreach (var point in read)
                known[point.Id] = point;
            return read.Count == wanted.Count;
        }
    }

    /// <summary>
    /// The seals that didn't exist yet when the last one's writer looked for heads: written no earlier than the heads that it names. Null:
    /// points are newer than the last one by their ids, or a head is missing.
    /// </summary>
    private static IEnumerable<SealEntry>? Beside(PointFolders folder, SealedPoint last)
    {
        var named = last.Seal.Previous.Select(p => p.Point).ToHashSet();
        if (!named.All(folder.Seals.ContainsKey) || folder.Seals.Keys.Any(p => string.CompareOrdinal(Second(p), Second(last.Id)) > 0))
            return null;
        var since = named.Select(p => folder.Seals[p].Blob.LastModified).DefaultIfEmpty().Max();
        var second = named.Select(Second).Max(StringComparer.Ordinal) ?? "";
        return folder.Seals.Values.Where(s =>
            s.Point != last.Id
            && !named.Contains(s.Point)
            && (s.Blob.LastModified >= since || string.CompareOrdinal(Second(s.Point), second) > 0)
        );
    }

    private static string Second(PointId point) => point.ToString()[..PointId.SecondLength];
}
