using System.Collections.Immutable;
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
        var (named, complete) = await new InventoryCheck(store, cluster, trust, listing, others).RunAsync(
            points.Values,
            async (read, outline, inventory) =>
                protection.Note(read, outline, await images.RunAsync(read.Id, outline, inventory, cancellation)),
            cancellation
        );
        var keys = await new KeyCheck(store, others).RunAsync(named.Keys, cancellation);
        var packs = new PackCheck(store, cluster, listing, named, keys, findings, progress);
        await packs.RunAsync(request, cancellation);
        IReadOnlyDictionary<string, DateTimeOffset> required = ImmutableDictionary<string, DateTimeOffset>.Empty;
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
            required = await protection.RunAsync(cancellation);
        }
        return new(asked.Count(), packs.Packs, packs.Bytes, findings.Sorted())
        {
            PacksSeen = packs.Seen,
            Rest = packs.Rest,
            RequiredUntil = required,
        };
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

    private static bool Concerns(string path, ClusterName cluster, PointId point, ReferencedParts named) =>
        path.StartsWith($"{VaultPaths.Points(cluster)}{point}/", StringComparison.Ordinal)
        || named.Packs.Any(p => path == VaultPaths.Pack(cluster, named.In(p).First().Part));

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
