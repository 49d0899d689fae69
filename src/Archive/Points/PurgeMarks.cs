using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>
/// Keeps packs from being purged while a capture seals a point that names them. A purge leaves a mark before it looks for the last time at
/// what is named, and another one when it is over; a capture writes its inventory before it looks for marks. So one of the two sees the
/// other: a purge spares what the inventory names, or the capture waits for the purge and looks again at its packs. Specified in
/// docs/format.md, "Purging".
/// </summary>
public sealed class PurgeMarks(IBlobStore store, ClusterName cluster, TimeProvider time)
{
    /// <summary>How long a purge may take after its mark; by the monotonic clock of its process.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>A mark that is older than its purge may take, by so much and by the store's clock, is that of a process that was killed: by
    /// then its last requests are over.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(5);

    /// <summary>Marks of purges that are over are removed after this.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(4);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>Says that packs are about to be purged.</summary>
    /// <param name="name">Of this purge alone: 1 to 63 of <c>a-z</c>, <c>0-9</c> and <c>-</c>.</param>
    /// <param name="limit">After so long the purge is over; at most <see cref="Longest"/>.</param>
    public Task BeginAsync(string name, TimeSpan limit, CancellationToken cancellation) =>
        store.CreateAsync(VaultPaths.PurgeBegun(cluster, name), PurgeMark.ToBytes(limit), null, cancellation);

    /// <summary>Says that nothing more will be purged, and removes old marks.</summary>
    public async Task EndAsync(string name, CancellationToken cancellation)
    {
        await store.CreateAsync(VaultPaths.PurgeEnded(cluster, name), PurgeMark.ToBytes(TimeSpan.Zero), null, cancellation);
        var now = await store.NowAsync(cancellation);
        foreach (var mark in await CurrentAsync(cancellation))
        {
            if (now - mark.LastModified > Kept)
                await RemoveAsync(mark, cancellation);
        }
    }

    /// <summary>Waits until no purge is running.</summary>
    /// <returns>The purges that there have been of late, by name.</returns>
    public async Task<IReadOnlySet<string>> QuietAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var marks = await CurrentAsync(cancellation);
            var ended = marks.Select(m => VaultPaths.PurgeOf(cluster, m.Path, hasEnded: true)).OfType<string>().ToHashSet();
            var begun = marks.FindAll(m => VaultPaths.PurgeOf(cluster, m.Path, hasEnded: false) is { } name && !ended.Contains(name));
            if (begun.Count == 0 || await AreDeadAsync(begun, cancellation))
                return marks.Select(m => VaultPaths.PurgeOf(cluster, m.Path, hasEnded: false)).OfType<string>().ToHashSet();
            await Task.Delay(Pause, time, cancellation);
        }
    }

    private async Task<bool> AreDeadAsync(List<BlobEntry> begun, CancellationToken cancellation)
    {
        var now = await store.NowAsync(cancellation);
        foreach (var mark in begun)
        {
            // one that is old enough whatever it says needs no reading
            if (now - mark.LastModified <= Longest + Margin && now - mark.LastModified <= await LimitAsync(mark, cancellation) + Margin)
                return false;
        }
        return true;
    }

    private async Task<TimeSpan> LimitAsync(BlobEntry mark, CancellationToken cancellation) =>
        await store.ReadAsync(mark.Path, mark.Version, cancellation) is { } content ? PurgeMark.LimitOf(content, Longest) : Longest;

    private async Task<List<BlobEntry>> CurrentAsync(CancellationToken cancellation)
    {
        var marks = new List<BlobEntry>();
        await foreach (var blob in store.ListAsync(VaultPaths.Purges(cluster), cancellation))
        {
            if (blob.IsCurrent)
                marks.Add(blob);
        }
        return marks;
    }

    /// <summary>A store that keeps it by a rule of its own keeps it.</summary>
    private async Task RemoveAsync(BlobEntry mark, CancellationToken cancellation)
    {
        try
        {
            await BlobRemoval.RemoveAsync(store, mark.Path, [mark], cancellation);
        }
        catch (ArchiveException e) when (e.Failure is ArchiveFailure.Immutable or ArchiveFailure.Forbidden or ArchiveFailure.Conflict)
        {
            // a few bytes
        }
    }
}
