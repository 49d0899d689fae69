using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Reads the inventories of points, and what goes with them, and notes what they need. One that is encrypted, and whose key isn't here,
/// says that much without it.
/// </summary>
internal sealed class InventoryCheck(IBlobStore store, ClusterName cluster, SealTrust trust, VaultListing listing, Findings findings)
{
    private const int MostAhead = 8;

    /// <summary>Packed: what is larger is read alone.</summary>
    private const long MostBytesAhead = 8 << 20;

    /// <summary>Newest first: an inventory is released once its parts are noted. An expired point needs none.</summary>
    /// <param name="lookAt">Looks at the rest of a point; without its inventory where that can't be read without the key.</param>
    public async Task<(ReferencedParts Parts, bool Complete)> RunAsync(
        IEnumerable<SealedPoint> points,
        Func<SealedPoint, PointOutline, Inventory?, Task> lookAt,
        CancellationToken cancellation
    )
    {
        var (named, complete) = (new ReferencedParts(), true);
        var newestFirst = points.OrderByDescending(p => p.Seal.Sequence);
        await foreach (var (point, isExpired, outline, inventory) in AheadAsync(newestFirst, ReadAsync))
        {
            if (isExpired)
                named.Expired.Add(point.Id);
            else if (outline is null)
                complete = false;
            else
            {
                if (outline.Key is { } key)
                    named.Keys.Add(key);
                if (inventory is null)
                    named.Add(point.Id, outline);
                else
                    named.Add(point.Id, inventory);
                complete &= await TryAsync(() => lookAt(point, outline, inventory), VaultPaths.Inventory(cluster, point.Id), point.Id);
            }
        }
        return (named, complete);

        async Task<ReadPoint> ReadAsync(SealedPoint point)
        {
            if (await IsExpiredAsync(point.Seal, cancellation))
                return new(point, true, null, null);
            var (outline, inventory) = await ReadInventoryAsync(point, cancellation);
            return new(point, false, outline, inventory);
        }
    }

    /// <summary>In order; of small inventories a few are read ahead, since a store far away takes its time for each.</summary>
    private static async IAsyncEnumerable<ReadPoint> AheadAsync(IEnumerable<SealedPoint> points, Func<SealedPoint, Task<ReadPoint>> read)
    {
        var (ahead, bytes) = (new Queue<(Task<ReadPoint> Read, long Bytes)>(), 0L);
        foreach (var point in points)
        {
            for (; ahead.Count == MostAhead || (ahead.Count > 0 && bytes + point.Seal.InventoryBytes > MostBytesAhead); )
            {
                var (first, freed) = ahead.Dequeue();
                bytes -= freed;
                yield return await first;
            }
            ahead.Enqueue((read(point), point.Seal.InventoryBytes));
            bytes += point.Seal.InventoryBytes;
        }
        while (ahead.TryDequeue(out var next))
            yield return await next.Read;
    }

    /// <returns>
    /// No outline: it can't be read, which is a finding. An outline without the inventory: it is encrypted, and the key isn't here.
    /// </returns>
    private async Task<(PointOutline? Outline, Inventory? Inventory)> ReadInventoryAsync(SealedPoint point, CancellationToken cancellation)
    {
        var path = VaultPaths.Inventory(cluster, point.Id);
        if (listing.ReportOversized(path, FormatLimits.InventoryGzipBytes, point.Id, findings))
            return (null, null);
        try
        {
            var stored = await RecoveryPointReader.StoredInventoryAsync(store, cluster, point.Seal, cancellation);
            var inventory = await IfOpenAsync(PointInventory.ReadAsync(store, stored, point.Seal, cancellation));
            var outline = inventory is null
                ? PointInventory.Outline(stored, cluster, point.Id)
                : PointOutline.Of(inventory) with
                {
                    Key = PointInventory.KeyOf(stored, path),
                };
            await CheckInfrastructureAsync(point.Seal, outline, cancellation);
            return (outline, inventory);
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, point.Id);
            return (null, null);
        }
    }

    /// <summary>Null: it is encrypted, and the key isn't here.</summary>
    private static async Task<T?> IfOpenAsync<T>(ValueTask<T> reading)
        where T : class
    {
        try
        {
            return await reading;
        }
        catch (ArchiveException e) when (e.Failure == ArchiveFailure.Locked)
        {
            return null;
        }
    }

    /// <returns>False: there is a finding instead.</returns>
    private async Task<bool> TryAsync(Func<Task> look, string path, PointId point)
    {
        try
        {
            await look();
            return true;
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, point);
            return false;
        }
    }

    private async Task CheckInfrastructureAsync(Seal seal, PointOutline outline, CancellationToken cancellation)
    {
        var (path, point) = (VaultPaths.Infrastructure(seal.Cluster, seal.Point), seal.Point);
        if (outline.Infrastructure is not { } named)
        {
            if (listing.Has(path))
                findings.Add(
                    FindingKind.Foreign,
                    path,
                    point,
                    null,
                    $"{path} isn't named by the point's inventory: find out who created it"
                );
            return;
        }
        try
        {
            if (!listing.ReportOversized(path, FormatLimits.InfrastructureGzipBytes, point, findings))
                await IfOpenAsync(new ValueTask<InfrastructureProfile>(PointInfrastructure.ReadAsync(store, seal, named, cancellation)));
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, point);
        }
    }

    private async Task<bool> IsExpiredAsync(Seal seal, CancellationToken cancellation)
    {
        var path = VaultPaths.Expired(cluster, seal.Point);
        if (!listing.Has(path) || listing.ReportOversized(path, FormatLimits.SealBytes, seal.Point, findings))
            return false;
        try
        {
            var expiry = PointExpiry.Read(await store.ReadAsync(path, null, cancellation), path);
            if (PointExpiries.Fault(expiry, seal, trust) is not { } fault)
                return true;
            findings.Add(
                FindingKind.Tampered,
                path,
                seal.Point,
                null,
                $"{path} doesn't expire {seal.Point}: {fault}. Holdfast doesn't write such a document"
            );
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, seal.Point);
        }
        return false;
    }

    /// <param name="Outline">Null: the inventory can't be read, or the point is expired.</param>
    /// <param name="Inventory">Null: likewise, or it is encrypted and the key isn't here.</param>
    private sealed record ReadPoint(SealedPoint Point, bool IsExpired, PointOutline? Outline, Inventory? Inventory);
}
