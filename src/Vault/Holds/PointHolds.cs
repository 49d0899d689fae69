using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Holds;

/// <summary>
/// Holds points: while one is held it neither expires nor is purged, whatever its policy says. Where the storage has legal holds, one is on
/// every blob that the point needs, so that no one can delete them; else only this program respects the hold.
/// </summary>
/// <remarks>
/// A pack may be needed by several held points, and a storage's hold has no owner. So <c>hold.json</c> is written before the storage is
/// asked, and removed after it; and whoever takes holds off looks once more at which points are held, and puts back what one needs that was
/// held meanwhile. Cut short at any place, it is finished by repeating it.
/// </remarks>
public sealed class PointHolds(IBlobStore vault, ClusterName cluster)
{
    /// <summary>Repeated, it places what is missing of the storage's hold; who holds it and why stays as it is.</summary>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<HoldResult> AddAsync(PointId point, string by, string reason, DateTimeOffset at, CancellationToken cancellation)
    {
        var hold = new PointHold
        {
            Point = point,
            HeldAt = at,
            By = by,
            Reason = reason,
        };
        var isNew = (await vault.CreateAsync(VaultPaths.Hold(cluster, point), hold.ToBytes(), null, cancellation)).Created;
        var blobs = await HeldBlobs.ReadAsync(vault, cluster, point, cancellation);
        // the seal last: where one is on it, nothing is missing
        var seal = VaultPaths.Seal(cluster, point);
        var storage = new StorageHolds(vault);
        await storage.SetAsync(blobs.Versions.Where(b => b.Key != seal), isHeld: true, cancellation);
        var placed = await storage.SetAsync(blobs.Versions.Where(b => b.Key == seal), isHeld: true, cancellation);
        return new(isNew, placed is { } on ? new(on.Done, 0, on.Missing, blobs.Problem) : null);
    }

    /// <summary>Also takes off a storage's hold whose <c>hold.json</c> others deleted.</summary>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<HoldResult> RemoveAsync(PointId point, CancellationToken cancellation)
    {
        var held = await HeldAsync(cancellation);
        var isHeld = held.Remove(point);
        var blobs = await HeldBlobs.ReadAsync(vault, cluster, point, cancellation);
        var needed = await NeededAsync(held, cancellation);
        var free = blobs.Versions.Where(b => !needed.Contains((b.Key, b.Value))).ToList();
        var taken = await new StorageHolds(vault).SetAsync(free, isHeld: false, cancellation);
        if (isHeld)
            await vault.DeleteAsync(VaultPaths.Hold(cluster, point), null, cancellation);
        if (taken is not null)
            await PutBackAsync([.. free.Select(b => b.Key)], cancellation);
        return new(isHeld, taken is { } off ? new(off.Done, blobs.Versions.Count - free.Count, off.Missing, blobs.Problem) : null);
    }

    /// <returns>Null: no one holds it.</returns>
    /// <exception cref="ArchiveException">Malformed or NewerVersion: it is held, and by whom can't be read.</exception>
    public async Task<PointHold?> FindAsync(PointId point, CancellationToken cancellation)
    {
        var path = VaultPaths.Hold(cluster, point);
        // of a hold the current version counts, and only that
        var current = await vault.ListAsync(path, cancellation).FirstOrDefaultAsync(b => b.Path == path && b.IsCurrent, cancellation);
        return current is not null && await vault.ReadAsync(path, current.Version, cancellation) is { } bytes
            ? PointHold.Read(bytes, path)
            : null;
    }

    /// <summary>What points need that were held meanwhile, and what two points name by different versions of a vault that was
    /// copied.</summary>
    private async Task PutBackAsync(HashSet<string> taken, CancellationToken cancellation)
    {
        var needed = await NeededAsync(await HeldAsync(cancellation), cancellation);
        await new StorageHolds(vault).SetAsync(
            needed.Where(b => taken.Contains(b.Path)).Select(b => KeyValuePair.Create(b.Path, b.Version)),
            isHeld: true,
            cancellation
        );
    }

    /// <summary>The points that are held now.</summary>
    private async Task<HashSet<PointId>> HeldAsync(CancellationToken cancellation)
    {
        var held = new HashSet<PointId>();
        await foreach (var blob in vault.ListAsync(VaultPaths.Points(cluster), cancellation))
        {
            if (blob.IsCurrent && VaultPaths.PointOf(cluster, blob.Path) is { } point && blob.Path == VaultPaths.Hold(cluster, point))
                held.Add(point);
        }
        return held;
    }

    private async Task<HashSet<(string Path, string? Version)>> NeededAsync(IEnumerable<PointId> points, CancellationToken cancellation)
    {
        var needed = new HashSet<(string Path, string? Version)>();
        foreach (var point in points)
        {
            var blobs = await HeldBlobs.ReadAsync(vault, cluster, point, cancellation);
            if (blobs.Problem is { } problem)
                throw new ArchiveException(
                    ArchiveFailure.Conflict,
                    $"{point} is held, too, and what it needs isn't known ({problem}): remove that hold first, or run 'holdfast verify'"
                );
            needed.UnionWith(blobs.Versions.Select(b => (b.Key, b.Value)));
        }
        return needed;
    }
}
