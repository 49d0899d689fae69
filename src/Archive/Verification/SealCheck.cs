using System.Collections.Concurrent;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>
/// Proves seals: each is readable, belongs to its point and is signed as required, and the previous seals that it names exist, unchanged,
/// with the right sequence.
/// </summary>
internal sealed class SealCheck(IBlobStore store, ClusterName cluster, VaultListing listing, Findings findings)
{
    private const int Parallel = 16;
    private readonly ConcurrentBag<PointId> unsealed = [];

    /// <summary>Reads the seals of these points. One that can't be used is reported as a finding and left out of the result.</summary>
    public async Task<Dictionary<PointId, SealedPoint>> ReadAsync(IEnumerable<PointId> points, CancellationToken cancellation)
    {
        var read = new ConcurrentDictionary<PointId, SealedPoint>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            points,
            options,
            async (point, stop) =>
            {
                if (await ReadAsync(point, stop) is { } found)
                    read[point] = found;
            }
        );
        return new(read);
    }

    /// <summary>
    /// Looks again for missing seals: a running capture may have written its seal meanwhile.
    /// </summary>
    public async Task ReportUnsealedAsync(CancellationToken cancellation)
    {
        foreach (var point in unsealed)
        {
            var path = VaultPaths.Seal(cluster, point);
            if (await store.ReadAsync(path, null, cancellation) is null)
                findings.Add(
                    FindingKind.Missing,
                    path,
                    point,
                    null,
                    $"Point {point} has no seal: it was deleted, or a capture failed at its last step. Capture again"
                );
        }
    }

    /// <summary>Follows one step of the chain behind each seal.</summary>
    public void CheckChain(IEnumerable<SealedPoint> points, IReadOnlyDictionary<PointId, SealedPoint> known)
    {
        var there = listing.Points.Where(p => listing.Has(VaultPaths.Seal(cluster, p))).ToHashSet();
        foreach (var fault in points.SelectMany(p => ChainLinks.Faults(p, known, there)))
        {
            var kind = fault.Kind == ChainFaultKind.Missing ? FindingKind.Missing : FindingKind.BrokenChain;
            findings.Add(kind, VaultPaths.Seal(cluster, fault.Point), fault.Point, null, fault.Message);
        }
    }

    /// <summary>Looks for seals that are known to have been written: no seal in the vault names the newest ones.</summary>
    public void CheckHeads(IReadOnlyCollection<ChainHead> heads, IReadOnlyDictionary<PointId, SealedPoint> points)
    {
        var there = points.Values.Select(p => p.SealDigest).ToHashSet();
        foreach (var head in heads.Where(h => !there.Contains(h.Seal)))
        {
            var path = head.Point is { } at ? VaultPaths.Seal(cluster, at) : VaultPaths.Points(cluster);
            var (kind, what) = Loss(head, points);
            findings.Add(kind, path, head.Point, null, $"The seal {head} of '{cluster}' was once the newest, and {what}");
        }
    }

    /// <summary>
    /// Retention never expires the last point: who did hides what is still there. A replica may have expiries from a time after its newest
    /// point, but none that isn't signed of a point whose content it has.
    /// </summary>
    public void CheckExpired(IReadOnlyCollection<SealedPoint> points, IReadOnlySet<PointId> expired)
    {
        var newest = points.GroupBy(p => p.Seal.Sequence).MaxBy(g => g.Key);
        if (
            newest?.All(p => expired.Contains(p.Id) && p.Seal.Signature is null && listing.Has(VaultPaths.Inventory(cluster, p.Id))) != true
        )
            return;
        foreach (var point in newest)
            findings.Add(
                FindingKind.Tampered,
                VaultPaths.Expired(cluster, point.Id),
                point.Id,
                null,
                $"{point.Id} is the newest point of '{cluster}' and marked as expired, which retention never does: it isn't listed, though "
                    + "nothing of it may be purged. Find out who wrote it, and delete it"
            );
    }

    private static (FindingKind Kind, string What) Loss(ChainHead head, IReadOnlyDictionary<PointId, SealedPoint> points)
    {
        var highest = points.Values.Select(p => p.Seal.Sequence).DefaultIfEmpty().Max();
        if (head.Point is { } at && points.ContainsKey(at))
            return (FindingKind.BrokenChain, $"that of {at} is another now: one of the two was forged");
        return highest < head.Sequence
            ? (
                FindingKind.Missing,
                $"the newest one is number {highest} now: the end of the chain was cut off. Seals are never purged, so it was deleted"
            )
            : (
                FindingKind.Missing,
                $"is missing, while there is another of number {head.Sequence} or higher: it was deleted, and another took its place"
            );
    }

    public void CheckTrust(IEnumerable<SealedPoint> points, SealChain chain, SealTrust trust)
    {
        foreach (var point in points)
        {
            if (chain.Distrust(point, trust) is { } fault)
                findings.Add(
                    FindingKind.BadSignature,
                    VaultPaths.Seal(cluster, point.Id),
                    point.Id,
                    null,
                    $"The seal of {point.Id} can't be trusted: {fault}"
                );
        }
    }

    private async Task<SealedPoint?> ReadAsync(PointId point, CancellationToken cancellation)
    {
        var path = VaultPaths.Seal(cluster, point);
        if (listing.ReportOversized(path, FormatLimits.SealBytes, point, findings))
            return null;
        try
        {
            if (await store.ReadAsync(path, null, cancellation) is not { } bytes)
            {
                unsealed.Add(point);
                return null;
            }
            var seal = SealDocument.Read(bytes, cluster, point);
            return new SealedPoint(seal, ContentDigest.Of(bytes));
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, point);
            return null;
        }
    }
}
