using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Proves points without restoring them: seals and their chain, inventories, every part's bytes. Damage is a finding; only a vault that
/// can't be asked is an exception.
/// </summary>
public static class PointVerifier
{
    /// <param name="point">Null: every point of the cluster, the chain, and what lies in the cluster's folder beside them.</param>
    /// <param name="trust">Whose signatures to believe, and whether each seal must have one.</param>
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
        var (named, complete) = await ReadInventoriesAsync(store, cluster, points.Values, listing, findings, cancellation);
        var packs = new PackCheck(store, cluster, listing, named, findings, progress);
        await packs.RunAsync(cancellation);
        await new VersionCheck(store, findings).RunAsync(
            listing.Blobs.Where(b => point is null || Concerns(b.Key, cluster, point.Value, named)),
            cancellation
        );
        await seals.ReportUnsealedAsync(cancellation);
        if (point is null)
            ReportUnnamed(listing, complete && points.Count == listing.Points.Count ? named : null, findings);
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
                    $"{VaultPaths.Marker} is gone from {store.Location}; the next capture writes it again. If there never was one, "
                        + "this is no vault"
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

    /// <summary>Newest first, one after the other: an inventory is let go once its parts are noted. An expired point needs none.</summary>
    private static async Task<(NamedParts Parts, bool Complete)> ReadInventoriesAsync(
        IBlobStore store,
        ClusterName cluster,
        IEnumerable<SealedPoint> points,
        VaultListing listing,
        Findings findings,
        CancellationToken cancellation
    )
    {
        var (named, complete) = (new NamedParts(), true);
        foreach (var point in points.OrderByDescending(p => p.Seal.Sequence))
        {
            var path = VaultPaths.Inventory(cluster, point.Id);
            if (await IsExpiredAsync(store, cluster, point.Seal, listing, findings, cancellation))
                continue;
            try
            {
                if (listing.ReportOversized(path, FormatLimits.InventoryGzipBytes, point.Id, findings))
                    complete = false;
                else
                    named.Add(point.Id, await RecoveryPointReader.ReadInventoryAsync(store, cluster, point.Seal, cancellation));
            }
            catch (ArchiveException e)
            {
                findings.Add(e, path, point.Id);
                complete = false;
            }
        }
        return (named, complete);
    }

    private static async Task<bool> IsExpiredAsync(
        IBlobStore store,
        ClusterName cluster,
        Seal seal,
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
            if (expiry.Point == seal.Point && (seal.KeepUntil is null || expiry.ExpiredAt >= seal.KeepUntil))
                return true;
            findings.Add(
                FindingKind.Tampered,
                path,
                seal.Point,
                null,
                $"{path} says that {expiry.Point} expired {expiry.ExpiredAt:u}; {seal.Point} must be kept until {seal.KeepUntil:u}. "
                    + "Holdfast doesn't write that"
            );
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, seal.Point);
        }
        return false;
    }

    private static bool Concerns(string path, ClusterName cluster, PointId point, NamedParts named) =>
        path.StartsWith($"{VaultPaths.Points(cluster)}{point}/", StringComparison.Ordinal)
        || named.Packs.Any(p => path == VaultPaths.Pack(cluster, p));

    /// <param name="named">
    /// Null: some point's inventory can't be read, so that which packs nobody names is not known; they may be all that is left of it.
    /// </param>
    private static void ReportUnnamed(VaultListing listing, NamedParts? named, Findings findings)
    {
        foreach (var path in listing.Foreign)
        {
            if (listing.IsInPlaceOfFolder(path))
                findings.Add(
                    FindingKind.Malformed,
                    path,
                    null,
                    null,
                    $"{path} stands where a folder of the vault belongs, and what was in that can't be read: a link, perhaps. Who put "
                        + "it there?"
                );
            else
                findings.Add(FindingKind.Foreign, path, null, null, $"{path} is none of Holdfast's: nothing reads it. Who put it there?");
        }
        foreach (var (digest, path) in listing.Packs)
        {
            if (named?.Name(digest) == false)
                findings.Add(
                    FindingKind.Orphan,
                    path,
                    null,
                    null,
                    $"{path} is named by no point: a capture that was cut short or is still running left it"
                );
        }
    }
}
