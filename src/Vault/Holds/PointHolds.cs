using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Vault.Holds;

/// <summary>
/// Holds points: while one is held it neither expires nor is purged, whatever its policy says. Respected by Holdfast; it doesn't keep
/// others from deleting.
/// </summary>
public sealed class PointHolds(IBlobStore vault, ClusterName cluster)
{
    /// <returns>False: someone holds it already, and that stays as it is.</returns>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<bool> AddAsync(PointId point, string by, string reason, DateTimeOffset at, CancellationToken cancellation)
    {
        var hold = new PointHold
        {
            Point = point,
            HeldAt = at,
            By = by,
            Reason = reason,
        };
        return (await vault.CreateAsync(VaultPaths.Hold(cluster, point), hold.ToBytes(), null, cancellation)).Created;
    }

    /// <returns>False: no one holds it.</returns>
    /// <exception cref="ArchiveException">The vault can't be written.</exception>
    public async Task<bool> RemoveAsync(PointId point, CancellationToken cancellation)
    {
        if (await CurrentAsync(point, cancellation) is not { } current)
            return false;
        await vault.DeleteAsync(current.Path, null, cancellation);
        return true;
    }

    /// <returns>Null: no one holds it.</returns>
    /// <exception cref="ArchiveException">Malformed or NewerVersion: it is held, and by whom can't be read.</exception>
    public async Task<PointHold?> FindAsync(PointId point, CancellationToken cancellation) =>
        await CurrentAsync(point, cancellation) is { } current
        && await vault.ReadAsync(current.Path, current.Version, cancellation) is { } bytes
            ? PointHold.Read(bytes, current.Path)
            : null;

    /// <summary>Of a hold the current version counts, and only that.</summary>
    private async Task<BlobEntry?> CurrentAsync(PointId point, CancellationToken cancellation)
    {
        var path = VaultPaths.Hold(cluster, point);
        await foreach (var blob in vault.ListAsync(path, cancellation))
        {
            if (blob.Path == path && blob.IsCurrent)
                return blob;
        }
        return null;
    }
}
