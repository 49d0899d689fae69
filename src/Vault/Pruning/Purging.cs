using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Pruning;

/// <summary>
/// Deletes what a plan purges: first the data of volumes that a point names, then the point's inventory, then packs. Between its mark and
/// the first pack it looks once more at what inventories name, since a capture may have reused a pack meanwhile.
/// </summary>
internal sealed class Purging(IBlobStore vault, ClusterName cluster, PruneMeans means, TimeSpan budget)
{
    private const int Parallel = 16;

    /// <summary>Data of volumes that is deleted at once.</summary>
    private const int Lanes = 8;

    private readonly long began = means.Time.GetTimestamp();
    private readonly PurgeMarks marks = new(vault, cluster, means.Time);
    private readonly ConcurrentBag<string> problems = [];
    private readonly HashSet<ContentDigest> spared = [];
    private int points;
    private int volumes;
    private int packs;
    private long bytes;
    private int images;
    private int files;
    private ImmutableHashSet<string> gone = [];
    private int refused;

    public async Task<PruneResult> PurgeAsync(PrunePlan plan, CancellationToken cancellation)
    {
        var free = await RemoveVolumesAsync(plan, cancellation);
        var name = NameOf(plan);
        var left = budget - Elapsed(began);
        var limit =
            left < TimeSpan.Zero ? TimeSpan.Zero
            : left < PurgeMarks.Longest ? left
            : PurgeMarks.Longest;
        // from before the mark on, so that the purge is never the later one to end
        var marking = means.Time.GetTimestamp();
        await marks.BeginAsync(name, limit, cancellation);
        bool IsOver() => Elapsed(marking) >= limit;
        var isDeleting = false;
        try
        {
            var there = await LookAgainAsync(plan, cancellation);
            isDeleting = true;
            await PurgePointsAsync(plan.Purge.Where(p => free.Contains(p.Point)), there, IsOver, cancellation);
            await PurgePacksAsync(plan, IsOver, cancellation);
            await PurgeImagesAsync(plan, IsOver, cancellation);
        }
        catch (ArchiveException e) when (!e.IsTransient || !isDeleting)
        {
            await marks.EndAsync(name, cancellation);
            throw;
        }
        // where no answer came, or the process was stopped, a request may still be under way: the mark then stays until it is old
        await marks.EndAsync(name, cancellation);
        return new(0, points, new(packs, bytes), volumes, plan.Packs.Count(p => spared.Contains(p.Digest)) + refused)
        {
            Images = images,
            Files = files,
            IsUnfinished = IsOver(),
            Problems = [.. problems.Order(StringComparer.Ordinal)],
        };
    }

    private string NameOf(PrunePlan plan)
    {
        var time = plan.At.UtcDateTime.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        return $"{time}-{(means.Random ?? Random.Shared).NextInt64():x16}";
    }

    /// <returns>The points whose data is gone. The others stay, and so do their packs.</returns>
    private async Task<HashSet<PointId>> RemoveVolumesAsync(PrunePlan plan, CancellationToken cancellation)
    {
        var free = new HashSet<PointId>();
        await RemoveFilesAsync(plan, cancellation);
        foreach (var point in plan.Purge)
        {
            if (Elapsed(began) < budget && await AreGoneAsync(point, cancellation))
                free.Add(point.Point);
            else
                spared.UnionWith(point.Packs);
        }
        return free;
    }

    /// <summary>Of all points at once, since a mover's repository has one cleaner at a time. What isn't gone keeps its points.</summary>
    private async Task RemoveFilesAsync(PrunePlan plan, CancellationToken cancellation)
    {
        var named = plan.Purge.SelectMany(p => p.Volumes).Where(v => v.Kind == VolumeDataKind.Files).Select(v => v.Handle).Distinct();
        var unneeded = new UnneededFiles([.. named], [.. plan.Files.Select(f => f.Snapshot)], plan.Export);
        if (unneeded is { Named.IsEmpty: true, Unnamed.IsEmpty: true } || means.Volumes is not { } removal)
            return;
        try
        {
            (gone, var problem) = await removal.RemoveFilesAsync(cluster, unneeded, cancellation);
            if (problem is not null)
                problems.Add($"exported files aren't removed yet: {problem}");
            files = unneeded.Unnamed.Count(gone.Contains);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            problems.Add($"exported files aren't removed yet: {e.Message}");
        }
    }

    private async Task<bool> AreGoneAsync(PurgedPoint point, CancellationToken cancellation)
    {
        var left = 0;
        var options = new ParallelOptions { MaxDegreeOfParallelism = Lanes, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            point.Volumes,
            options,
            async (data, stop) =>
            {
                if (data.Kind == VolumeDataKind.Files)
                    Interlocked.Increment(ref (gone.Contains(data.Handle) ? ref volumes : ref left));
                else if (await TryRemoveAsync(data, stop) is not { } why)
                    Interlocked.Increment(ref volumes);
                else if (Interlocked.Increment(ref left) == 1)
                    problems.Add($"{point.Point} isn't purged yet: its {data} isn't deleted: {why}");
            }
        );
        return left == 0;
    }

    /// <summary>One that can't be deleted keeps no other from it.</summary>
    private async Task<string?> TryRemoveAsync(VolumeData data, CancellationToken cancellation)
    {
        try
        {
            return means.Volumes is { } removal ? await removal.RemoveAsync(cluster, data, cancellation) : "nothing here can delete it";
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            return e.Message;
        }
    }

    /// <summary>Spares what captures have named since the plan was made.</summary>
    private async Task<ClusterListing> LookAgainAsync(PrunePlan plan, CancellationToken cancellation)
    {
        var there = await ClusterListing.ReadAsync(vault, cluster, VaultPaths.Points(cluster), cancellation);
        var reading = new VaultReading(vault, cluster, means.Trust);
        foreach (var point in there.Inventories.Where(p => !plan.Seen.Contains(p)))
            spared.UnionWith(await reading.PacksOfAsync(point, cancellation) ?? []);
        return there;
    }

    private async Task PurgePointsAsync(
        IEnumerable<PurgedPoint> due,
        ClusterListing there,
        Func<bool> isOver,
        CancellationToken cancellation
    )
    {
        foreach (var point in due)
        {
            // sealed or held meanwhile
            var isTaken =
                there.Holds.ContainsKey(point.Point)
                || there.LegalHolds.Contains(point.Point)
                || (point.ExpiredAt is null && there.Seals.Contains(point.Point));
            if (isOver() || isTaken || !await TryPurgeAsync(point.Point, there, cancellation))
                spared.UnionWith(point.Packs);
            else
                points++;
        }
    }

    /// <summary>The inventory last: while it is there, what belongs to it is known.</summary>
    private async Task<bool> TryPurgeAsync(PointId point, ClusterListing there, CancellationToken cancellation)
    {
        var contents = there.Contents.GetValueOrDefault(point) ?? [];
        var last = VaultPaths.Inventory(cluster, point);
        foreach (var blob in contents.GroupBy(e => e.Path).OrderBy(g => g.Key == last))
        {
            if (!await TryRemoveAsync(blob.Key, blob, cancellation))
                return false;
        }
        return true;
    }

    private async Task PurgePacksAsync(PrunePlan plan, Func<bool> isOver, CancellationToken cancellation)
    {
        var due = plan.Packs.Where(p => !spared.Contains(p.Digest)).ToList();
        if (due.Count == 0)
            return;
        var there = await ClusterListing.ReadAsync(vault, cluster, VaultPaths.Packs(cluster), cancellation);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            due,
            options,
            async (pack, stop) =>
            {
                if (isOver() || !there.Packs.TryGetValue(pack.Digest, out var entries))
                    return;
                // written again, or made immutable, since the plan was made
                if (IsChanged(pack, entries) || !await TryRemoveAsync(entries[0].Path, entries, stop))
                    Interlocked.Increment(ref refused);
                else
                    Count(pack);
            }
        );
    }

    private async Task PurgeImagesAsync(PrunePlan plan, Func<bool> isOver, CancellationToken cancellation)
    {
        if (plan.Images.IsEmpty)
            return;
        var now = await ClusterListing.ReadAsync(vault, cluster, VaultPaths.Images(cluster), cancellation);
        foreach (var image in plan.Images.Where(i => now.Images.ContainsKey(i.Path)))
        {
            var entries = now.Images[image.Path];
            // a capture that continues after a long time has written it again
            if (isOver() || entries.Max(e => e.LastModified) != image.WrittenAt)
                continue;
            if (await TryRemoveAsync(image.Path, entries, cancellation))
                images++;
        }
    }

    private static bool IsChanged(PackFacts planned, List<BlobEntry> entries) =>
        entries.Max(e => e.LastModified) != planned.WrittenAt || entries.Max(e => e.ImmutableUntil) != planned.ImmutableUntil;

    private void Count(PackFacts pack)
    {
        Interlocked.Increment(ref packs);
        Interlocked.Add(ref bytes, pack.Bytes);
    }

    private async Task<bool> TryRemoveAsync(string path, IEnumerable<BlobEntry> entries, CancellationToken cancellation)
    {
        try
        {
            await BlobRemoval.RemoveAsync(vault, path, entries, cancellation);
            return true;
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Immutable)
        {
            problems.Add(e.Message);
            return false;
        }
    }

    private TimeSpan Elapsed(long since) => means.Time.GetElapsedTime(since);
}
