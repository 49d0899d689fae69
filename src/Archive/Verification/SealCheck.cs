using System.Collections.Concurrent;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

/// <summary>Proves seals: that each is readable and of its point, signed as wanted, and that all it names as previous are there, unchanged, with the right sequence.</summary>
internal sealed class SealCheck(IBlobStore store, ClusterName cluster, SealTrust trust, VaultListing listing, Findings findings)
{
    private const int Parallel = 16;
    private readonly ConcurrentBag<PointId> unsealed = [];

    /// <summary>Reads the seals of these points. One that can't be used is a finding and is not in the result.</summary>
    public async Task<Dictionary<PointId, SealedPoint>> ReadAsync(IEnumerable<PointId> points, CancellationToken cancellation)
    {
        var read = new ConcurrentDictionary<PointId, SealedPoint>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(points, options, async (point, stop) =>
        {
            if (await ReadAsync(point, stop) is { } found)
                read[point] = found;
        });
        return new(read);
    }

    /// <summary>Looks once more for seals that weren't there: a capture that was running may have come to its last step meanwhile.</summary>
    public async Task ReportUnsealedAsync(CancellationToken cancellation)
    {
        foreach (var point in unsealed)
        {
            var path = VaultPaths.Seal(cluster, point);
            if (await store.ReadAsync(path, null, cancellation) is null)
                findings.Add(FindingKind.Missing, path, point, null, $"Point {point} has no seal: it was deleted, or a capture died at its last step. The point can't be used; capture again");
        }
    }

    /// <summary>Follows one step of the chain behind each seal.</summary>
    public void CheckChain(IEnumerable<SealedPoint> points, IReadOnlyDictionary<PointId, SealedPoint> known)
    {
        foreach (var point in points)
        {
            long highest = 0;
            foreach (var previous in point.Seal.Previous)
            {
                if (known.TryGetValue(previous.Point, out var before))
                    highest = Math.Max(highest, before.Seal.Sequence);
                CheckLink(point, previous, before);
            }
            if (point.Seal.Previous.All(p => known.ContainsKey(p.Point)) && point.Seal.Sequence != highest + 1)
                Broken(point, $"it is number {point.Seal.Sequence}, but {highest + 1} follows from the seals before it");
        }
    }

    private void CheckLink(SealedPoint point, PreviousSeal previous, SealedPoint? before)
    {
        var path = VaultPaths.Seal(cluster, previous.Point);
        if (before is not null && before.SealDigest != previous.Seal)
            findings.Add(FindingKind.BrokenChain, path, previous.Point, null, $"The seal of {previous.Point} is not the one that {point.Id} was chained to ({previous.Seal}): one of the two was forged");
        else if (before is null && !listing.Has(path))
            findings.Add(FindingKind.Missing, path, previous.Point, null, $"The seal of {previous.Point} is gone, which {point.Id} names as previous; seals are never purged, so somebody or something deleted it");
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
            if (trust.Fault(seal) is { } fault)
                findings.Add(FindingKind.BadSignature, path, point, null, $"The seal of {point} can't be trusted: {fault}");
            return new SealedPoint(seal, ContentDigest.Of(bytes));
        }
        catch (ArchiveException e)
        {
            findings.Add(e, path, point);
            return null;
        }
    }

    private void Broken(SealedPoint point, string what) =>
        findings.Add(FindingKind.BrokenChain, VaultPaths.Seal(cluster, point.Id), point.Id, null, $"The chain is broken at {point.Id}: {what}");
}
