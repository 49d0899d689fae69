using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>All seals of a cluster, including those of expired points, and how they are linked. Thread-safe.</summary>
public sealed class SealChain
{
    private readonly Dictionary<PointId, SealedPoint> points;
    private readonly Dictionary<PointId, ChainFault> gaps;
    private readonly ClusterName cluster;
    private volatile Judgement? last;

    private SealChain(
        ClusterName cluster,
        IEnumerable<SealedPoint> read,
        PointFolders folder,
        IEnumerable<ChainFault> unreadable,
        IReadOnlyDictionary<PointId, PointExpiry> expiries
    )
    {
        this.cluster = cluster;
        var ordered = SealedPoints.Ordered(read);
        Seals = ordered;
        points = ordered.ToDictionary(p => p.Id);
        Expiries = expiries;
        Points = [.. ordered.Where(p => !expiries.ContainsKey(p.Id))];
        Faults = [.. unreadable, .. ordered.SelectMany(p => ChainLinks.Faults(p, points, folder.Seals.Keys))];
        gaps = Faults.Where(f => f.Kind == ChainFaultKind.Gap).ToDictionary(f => f.Point);
    }

    /// <summary>
    /// In order of sequence (then id), without those that retention expired.
    /// </summary>
    public ImmutableArray<SealedPoint> Points { get; }

    /// <summary>
    /// Seals that were swapped, left out or damaged. No seal names the newest ones, so these can be missing without a trace.
    /// </summary>
    public ImmutableArray<ChainFault> Faults { get; }

    /// <summary>All that could be read, in order of sequence (then id), including expired ones.</summary>
    public IReadOnlyCollection<SealedPoint> Seals { get; }

    /// <summary>
    /// What says that points are expired, where it counts as far as is known without keys: <see cref="PointExpiries.Fault"/> decides with
    /// them.
    /// </summary>
    public IReadOnlyDictionary<PointId, PointExpiry> Expiries { get; }

    public static async Task<SealChain> ReadAsync(IBlobStore store, ClusterName cluster, CancellationToken cancellation) =>
        await ReadAsync(store, cluster, await PointFolders.ReadAsync(store, cluster, cancellation), false, cancellation);

    /// <param name="refuseNewer">A seal of a newer format is an error; otherwise it is skipped.</param>
    internal static async Task<SealChain> ReadAsync(
        IBlobStore store,
        ClusterName cluster,
        PointFolders folder,
        bool refuseNewer,
        CancellationToken cancellation
    )
    {
        var unreadable = new List<ChainFault>();
        var read = await SealedPoints.ReadAsync(store, cluster, folder.Seals.Values, unreadable, cancellation, refuseNewer);
        var expired = read.Where(p => folder.Expired.Contains(p.Id));
        var expiries = await PointExpiries.ReadAsync(store, cluster, expired, SealTrust.Anyone, cancellation);
        return new(cluster, read, folder, unreadable.OrderBy(f => f.Point.ToString(), StringComparer.Ordinal), expiries);
    }

    /// <summary>
    /// Why a point isn't trusted, for a person; null: it is. A seal that the trusted keys don't verify is judged by its place: one from
    /// before the cluster's points were signed is an ancestor of the first signed one, and one that is added later can't become an
    /// ancestor.
    /// </summary>
    public string? Distrust(SealedPoint point, SealTrust trust)
    {
        if (trust.Fault(point.Seal) is { } fault)
            return fault;
        if (trust.Unsigned == UnsignedSeals.Accepted || trust.Proves(point.Seal))
            return null;
        var (_, first, keys, before) = JudgementOf(trust);
        if (first is null)
            return null;
        if (!trust.HasKeys && keys.Count > 1)
            return $"the first points of '{cluster}' that are signed are signed with {keys.Count} keys ({string.Join(", ", keys)}), "
                + "and it isn't known which is right";
        if (point.Seal.Signature is { } signature)
            return keys.Contains(signature.KeyId)
                ? null
                : $"it is signed with key {signature.KeyId}, and the points of '{cluster}' before it with {keys[0]}";
        return before.Contains(point.Id)
            ? null
            : $"it has no signature, and doesn't come before {first.Id}, since when the points of '{cluster}' are signed";
    }

    /// <summary>
    /// Why a point can't be continued from and isn't the latest; null: it can. Without keys, a consistent sequence is enough. A signature
    /// counts for more than the sequence: a vault that was copied in part is still trusted.
    /// </summary>
    public ChainFault? Doubt(SealedPoint point, SealTrust trust)
    {
        if (trust.HasKeys && Distrust(point, trust) is { } why)
            return new(ChainFaultKind.Untrusted, point.Id, $"Point {point.Id} can't be trusted: {why}");
        return trust.Proves(point.Seal) ? null : gaps.GetValueOrDefault(point.Id);
    }

    private Judgement JudgementOf(SealTrust trust)
    {
        if (last is { } known && known.Trust == trust)
            return known;
        var first = FirstSigned(trust);
        return last = new(trust, first.FirstOrDefault(), [.. first.Select(p => p.Seal.Signature!.KeyId).Distinct()], Ancestors(first));
    }

    /// <summary>The first signed seals: those without a signed ancestor; only trusted keys count, if there are any.</summary>
    private List<SealedPoint> FirstSigned(SealTrust trust)
    {
        var (first, after) = (new List<SealedPoint>(), new HashSet<PointId>());
        foreach (var point in SealedPoints.Ordered(points.Values))
        {
            var signed = point.Seal.Signature is not null && trust.Fault(point.Seal) is null;
            var follows = Before(point).Any(p => after.Contains(p.Id));
            if (signed && !follows)
                first.Add(point);
            if (signed || follows)
                after.Add(point.Id);
        }
        return first;
    }

    /// <summary>All ancestors of these points, each with its seal's digest.</summary>
    private HashSet<PointId> Ancestors(IEnumerable<SealedPoint> of)
    {
        var found = new HashSet<PointId>();
        var next = new Stack<SealedPoint>(of);
        while (next.TryPop(out var point))
        {
            foreach (var before in Before(point))
            {
                if (found.Add(before.Id))
                    next.Push(before);
            }
        }
        return found;
    }

    private IEnumerable<SealedPoint> Before(SealedPoint point)
    {
        foreach (var previous in point.Seal.Previous)
        {
            if (points.TryGetValue(previous.Point, out var before) && before.SealDigest == previous.Seal)
                yield return before;
        }
    }

    /// <param name="First">The first signed point; null: none is signed.</param>
    /// <param name="Keys">Of all first signed points.</param>
    /// <param name="Before">What comes before them.</param>
    private sealed record Judgement(SealTrust Trust, SealedPoint? First, List<ContentDigest> Keys, HashSet<PointId> Before);
}
