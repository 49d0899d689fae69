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
    /// <param name="point">Null: every point of the cluster, the chain, and what else is in the cluster's folder.</param>
    /// <param name="trust">Which signatures are trusted, and whether each seal must have one.</param>
    /// <param name="progress">Gets the bytes read so far.</param>
    public static async Task<VerifyReport> VerifyAsync(
        IBlobStore store,
        ClusterName cluster,
        PointId? point,
        SealTrust trust,
        IProgress<long>? progress,
        CancellationToken cancellation
    )
    {
        var findings = new Findings();
        await CheckMarkerAsync(store, findings, cancellation);
        var listing = await VaultListing.ReadAsync(store, cluster, cancellation);
        var seals = new SealCheck(store, cluster, listing, findings);
        IEnumerable<PointId> asked = point is { } one ? [one] : listing.Points;
        var points = await seals.ReadAsync(asked, cancellation);
        var known = point is null ? points : await WithPreviousAsync(seals, points, listing, cluster, cancellation);
        seals.CheckChain(points.Values, known);
        if (points.Count > 0)
            seals.CheckTrust(points.Values, await SealChain.ReadAsync(store, cluster, cancellation), trust);
        var images = new ImageChecks(store, cluster, listing, findings);
        var protection = new ProtectionCheck(store, cluster, listing, findings);
        async Task LookAtAsync(SealedPoint read, Inventory inventory)
        {
            protection.Note(read, inventory, await images.RunAsync(read.Id, inventory, cancellation));
            await CheckInfrastructureAsync(store, cluster, read.Id, inventory, listing, findings, cancellation);
        }
        var (named, complete) = await ReadInventoriesAsync(
            store,
            cluster,
            points.Values,
            trust,
            listing,
            findings,
            LookAtAsync,
            cancellation
        );
        await protection.RunAsync(cancellation);
        var packs = new PackCheck(store, cluster, listing, named, findings, progress);
        await packs.RunAsync(cancellation);
        var all = complete && points.Count == listing.Points.Count ? named : null;
        await new VersionCheck(store, findings).RunAsync(
            listing.Blobs.Where(b => point is null ? !listing.MayGo(b.Key, all) : Concerns(b.Key, cluster, point.Value, named)),
            cancellation
        );
        await seals.ReportUnsealedAsync(cancellation);
        if (point is null)
            ReportUnnamed(listing, all, findings);
        if (all is not null && point is null)
            images.ReportUnnamed();
        return new(asked.Count(), packs.Packs, packs.Bytes, findings.Sorted());
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

    /// <summary>Newest first, one at a time: an inventory is released once its parts are noted. An expired point needs none.</summary>
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
        foreach (var point in points.OrderByDescending(p => p.Seal.Sequence))
        {
            var path = VaultPaths.Inventory(cluster, point.Id);
            if (await IsExpiredAsync(store, cluster, point.Seal, trust, listing, findings, cancellation))
            {
                named.Expired.Add(point.Id);
                continue;
            }
            try
            {
                if (listing.ReportOversized(path, FormatLimits.InventoryGzipBytes, point.Id, findings))
                    complete = false;
                else
                {
                    var inventory = await RecoveryPointReader.ReadInventoryAsync(store, cluster, point.Seal, cancellation);
                    named.Add(point.Id, inventory);
                    await lookAt(point, inventory);
                }
            }
            catch (ArchiveException e)
            {
                findings.Add(e, path, point.Id);
                complete = false;
            }
        }
        return (named, complete);
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
