using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>What is known of a chain's end outside of the vault, once a new seal is known.</summary>
/// <param name="Heads">In order of sequence, the new one among them. One that isn't behind another stays, whether or not it is
/// there.</param>
/// <param name="Lost">Those whose seals are no longer in the vault, or are others.</param>
public sealed record HeadUpdate(ImmutableArray<ChainHead> Heads, ImmutableArray<ChainHead> Lost)
{
    /// <summary>More are a sign of a vault that is attacked again and again: the newest are kept.</summary>
    private const int Most = 50;

    /// <summary>Seals that are read to find a known head behind the new one: usually that names it, and none is.</summary>
    private const int MostRead = 100;

    /// <param name="known">Each with its point.</param>
    /// <exception cref="ArchiveException">The vault can't be read.</exception>
    public static async Task<HeadUpdate> AfterAsync(
        IBlobStore store,
        ClusterName cluster,
        SealedPoint added,
        IReadOnlyCollection<ChainHead> known,
        CancellationToken cancellation
    )
    {
        var named = added.Seal.Previous.Select(p => p.Seal).Append(added.SealDigest).ToHashSet();
        var others = known.Where(h => !named.Contains(h.Seal)).ToList();
        var lost = new List<ChainHead>();
        foreach (var head in others)
        {
            if (await SealOfAsync(store, cluster, new(head.Point!.Value, head.Seal), cancellation) is null)
                lost.Add(head);
        }
        var behind = await BehindAsync(store, cluster, added, [.. others.Except(lost)], cancellation);
        var heads = others.Where(h => !behind.Contains(h.Seal)).Append(ChainHead.Of(added));
        return new([.. heads.OrderBy(h => h.Sequence).ThenBy(h => h.Seal.ToString(), StringComparer.Ordinal).TakeLast(Most)], [.. lost]);
    }

    /// <summary>Those of the heads that the new seal follows, by way of others.</summary>
    private static async Task<HashSet<ContentDigest>> BehindAsync(
        IBlobStore store,
        ClusterName cluster,
        SealedPoint added,
        List<ChainHead> heads,
        CancellationToken cancellation
    )
    {
        var (wanted, found, seen) = (heads.Select(h => h.Seal).ToHashSet(), new HashSet<ContentDigest>(), new HashSet<ContentDigest>());
        var lowest = heads.Select(h => h.Sequence).DefaultIfEmpty().Min();
        var next = new Queue<PreviousSeal>(added.Seal.Previous);
        while (found.Count < wanted.Count && seen.Count < MostRead && next.TryDequeue(out var before))
        {
            if (!seen.Add(before.Seal) || await SealOfAsync(store, cluster, before, cancellation) is not { } seal)
                continue;
            if (wanted.Contains(before.Seal))
                found.Add(before.Seal);
            foreach (var previous in seal.Sequence > lowest ? seal.Previous : [])
                next.Enqueue(previous);
        }
        return found;
    }

    /// <returns>Null: it isn't in the vault, or is another.</returns>
    private static async Task<Seal?> SealOfAsync(IBlobStore store, ClusterName cluster, PreviousSeal named, CancellationToken cancellation)
    {
        try
        {
            return
                await store.ReadAsync(VaultPaths.Seal(cluster, named.Point), null, cancellation) is { } bytes
                && ContentDigest.Of(bytes) == named.Seal
                ? SealDocument.Read(bytes, cluster, named.Point)
                : null;
        }
        catch (ArchiveException e)
            when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.DigestMismatch or ArchiveFailure.NewerVersion)
        {
            return null;
        }
    }
}
