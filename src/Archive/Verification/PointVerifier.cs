using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Proves points without restoring them: seals and their chain, inventories, every part's bytes. Damage is a finding; only a vault that
/// can't be accessed is an exception.
/// </summary>
public static class PointVerifier
{
    private const int MostAhead = 8;

    /// <summary>Packed: what is larger is read alone.</summary>
    private const long MostBytesAhead = 8 << 20;

    /// <summary>Reads every byte.</summary>
    /// <param name="point">Null: every point of the cluster, the chain, and what else is in the cluster's folder.</param>
    /// <param name="trust">Which signatures are trusted, and whether each seal must have one.</param>
    /// <param name="progress">Gets the bytes read so far.</param>
    public static Task<VerifyReport> VerifyAsync(
        IBlobStore store,
        ClusterName cluster,
        PointId? point,
        SealTrust trust,
        IProgress<long>? progress,
        CancellationToken cancellation
    ) => VerifyAsync(store, cluster, new VerifyRequest(trust) { Point = point }, progress, cancellation);

    /// <param name="progress">Gets the bytes read so far.</param>
    public static async Task<VerifyReport> VerifyAsync(
        IBlobStore store,
        ClusterName cluster,
        VerifyRequest request,
        IProgress<long>? progress,
        CancellationToken cancellation
    )
    {
        var (point, trust, continues) = (request.Point, request.Trust, request.After is not null);
        var findings = new Findings();
        // what is found of all but packs has been reported before
        var others = continues ? new Findings() : findings;
        await CheckMarkerAsync(store, others, cancellation);
        var listing = await VaultListing.ReadAsync(store, cluster, cancellation);
        var seals = new SealCheck(store, cluster, listing, others);
        IEnumerable<PointId> asked = point is { } one ? [one] : listing.Points;
        var points = await seals.ReadAsync(asked, cancellation);
        if (!continues)
            await CheckSealsAsync(store, cluster, request, seals, points, listing, cancellation);
        var images = new ImageChecks(store, cluster, listing, others);
        var protection = new ProtectionCheck(store, cluster, listing, others);
        var (named, complete) = await ReadInventoriesAsync(
            store,
            cluster,
            points.Values,
            trust,
            listing,
            others,
            async (read, inventory) => protection.Note(read, inventory, await images.RunAsync(read.Id, inventory, cancellation)),
            cancellation
        );
        var packs = new PackCheck(store, cluster, listing, named, findings, progress);
        await packs.RunAsync(request, cancellation);
        if (!continues)
        {
            var all = complete && points.Count == listing.Points.Count ? named : null;
            await new VersionCheck(store, findings).RunAsync(
                listing.Blobs.Where(b => point is null ? !listing.MayGo(b.Key, all) : Concerns(b.Key, cluster, point.Value, named)),
                cancellation
            );
            await seals.ReportUnsealedAsync(cancellation);
            if (point is null)
                seals.CheckExpired(points.Values, named.Expired);
            if (point is null)
                ReportUnnamed(listing, all, findings);
            if (all is not null && point is null)
                images.ReportUnnamed();
            await protection.RunAsync(cancellation);
        }
        return new(asked.Count(), packs.Packs, packs.Bytes, findings.Sorted()) { PacksSeen = packs.Seen, Rest = packs.Rest };
    }

    private static async Task CheckSealsAsync(
        IBlobStore store,
        ClusterName cluster,
        VerifyRequest request,
        SealCheck seals,
        Dictionary<PointId, SealedPoint> points,
        VaultListing listing,
        CancellationToken cancellation
    )
    {
        var known = request.Point is null ? points : await WithPreviousAsync(seals, points, listing, cluster, cancellation);
        seals.CheckChain(points.Values, known);
        if (points.Count > 0)
            seals.CheckTrust(points.Values, await SealChain.ReadAsync(store, cluster, cancellation), request.Trust);
        if (request.Point is null)
            seals.CheckHeads(request.Heads, points);
    }

    private static async Task CheckMarkerAsync(IBlobStore store, Findings findings, CancellationToken cancellation)
    {
        try
        {
            if (await store.ReadAsync(VaultPaths.Marker, null, cancellation) is { } marker)
                VaultMarker.Read(marker);
            else
                findings.Add(
                    FindingKind.Missing,
                    VaultPaths.Marker,
                    null,
                    null,
                    $"{VaultPaths.Marker} is missing in {store.Location}; the next capture writes it again. If it never existed, "
                        + "this isn't a vault"
                );
        }
        catch (ArchiveException e)
        {
            findings.Add(e, VaultPaths.Marker, null);
        }
    }

    private static async Task<Dictionary<PointId, SealedPoint>> WithPreviousAsync(
        SealCheck seals,
        Dictionary<PointId, SealedPoint> points,
        VaultListing listing,
        ClusterName cluster,
        CancellationToken cancellation
    )
    {
        var previous = points
            .Values.SelectMany(p => p.Seal.Previous)
            .Select(p => p.Point)
            .Where(p => listing.Has(VaultPaths.Seal(cluster, p)));
        var known = await seals.ReadAsync(previous, cancellation);
        foreach (var (id, sealedPoint) in points)
            known[id] = sealedPoint;
        return known;
    }

    /// <summary>Newest first: an inventory is released once its parts are noted. An expired point needs none.</summary>
    private static async Task<(ReferencedParts Parts, bool Complete)> ReadInventoriesAsync(
        IBlobStore store,
        ClusterName cluster,
        IEnumerable<SealedPoint> points,
        SealTrust trust,
        VaultListing listing,
        Findings findings,
        Func<SealedPoint, Inventory, Task> lookAt,
        CancellationToken cancellation
    )
    {
        var (named, complete) = (new ReferencedParts(), true);
        var newestFirst = points.OrderByDescending(p => p.Seal.Sequence);
        await foreach (var (point, isExpired, inventory) in AheadAsync(newestFirst, ReadAsync))
        {
            if (isExpired)
                named.Expired.Add(point.Id);
            else if (inventory is null)
                complete = false;
            else
            {
                named.Add(point.Id, inventory);
                complete &= await TryAsync(() => lookAt(point, inventory), VaultPaths.Inventory(cluster, point.Id), point.Id, findings);
            }
        }
        return (named, complete);

        async Task<(SealedPoint, bool, Inventory?)> ReadAsync(SealedPoint point)
        {
            if (await IsExpiredAsync(store, cluster, point.Seal, trust, listing, findings, cancellation))
                return (point, true, null);
            return (point, false, await ReadInventoryAsync(store, cluster, point, listing, findings, cancellation));
        }
    }

    /// <summary>In order; of small inventories a few are read ahead, since a store far away takes its time for each.</summary>
    private static async IAsyncEnumerable<(SealedPoint, bool, Inventory?)> AheadAsync(
        IEnumerable<SealedPoint> points,
        Func<SealedPoint, Task<(SealedPoint, bool, Inventory?)>> read
    )
    {
        var (ahead, bytes) = (new Queue<(Task<(SealedPoint, bool, Inventory?)> Read, long Bytes)>(), 0L);
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

    /// <returns>Null: it can't be read, which is a finding.</returns>
    private static async Task<Inventory?> ReadInventoryAsync(
        IBlobStore store,
        ClusterName cluster,
        SealedPoint point,
        VaultListing listing,
        Findings findings,
        CancellationToken cancellation
    )
    {
        var path = VaultPaths.Inventory(cluster, point.Id);
        if (listing.ReportOversized(path, FormatLimits.InventoryGzipBytes, point.Id, findings))
            return null;
        try
        {
            var inventory = await RecoveryPointReader.ReadInventoryAsync(store, cluster, point.Seal, cancellation);
            await CheckInfrastructureAsync(store, cluster, point.Id, inventory, listing, findings, cancellation);
            return inventory;
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, point.Id);
            return null;
        }
    }

    /// <returns>False: there is a finding instead.</returns>
    private static async Task<bool> TryAsync(Func<Task> look, string path, PointId point, Findings findings)
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

    private static async Task CheckInfrastructureAsync(
        IBlobStore store,
        ClusterName cluster,
        PointId point,
        Inventory inventory,
        VaultListing listing,
        Findings findings,
        CancellationToken cancellation
    )
    {
        var path = VaultPaths.Infrastructure(cluster, point);
        if (inventory.Infrastructure is not { } named)
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
                await PointInfrastructure.ReadAsync(store, cluster, point, named, cancellation);
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, point);
        }
    }

    private static async Task<bool> IsExpiredAsync(
        IBlobStore store,
        ClusterName cluster,
        Seal seal,
        SealTrust trust,
        VaultListing listing,
        Findings findings,
        CancellationToken cancellation
    )
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

    private static bool Concerns(string path, ClusterName cluster, PointId point, ReferencedParts named) =>
        path.StartsWith($"{VaultPaths.Points(cluster)}{point}/", StringComparison.Ordinal)
        || named.Packs.Any(p => path == VaultPaths.Pack(cluster, p));

    /// <param name="named">
    /// Null: the inventory of a point can't be read, so unused packs can't be determined; they may be all that is left of that point.
    /// </param>
    private static void ReportUnnamed(VaultListing listing, ReferencedParts? named, Findings findings)
    {
        foreach (var path in listing.Foreign)
        {
            if (listing.IsInPlaceOfFolder(path))
                findings.Add(
                    FindingKind.Malformed,
                    path,
                    null,
                    null,
                    $"{path} is in the place of a folder of the vault, whose content can't be read; it may be a link. Find out who created "
                        + "it"
                );
            else
                findings.Add(FindingKind.Foreign, path, null, null, $"{path} wasn't written by Holdfast: find out who created it");
        }
        foreach (var (digest, path) in listing.Packs)
        {
            if (named?.Name(digest) == false)
                findings.Add(
                    FindingKind.Orphan,
                    path,
                    null,
                    null,
                    $"{path} isn't used by any point: it belongs to a capture that is running or was interrupted, or to a point that "
                        + "expired; 'holdfast prune' removes it when it is old enough"
                );
        }
    }
}
