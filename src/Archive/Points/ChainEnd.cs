using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>
/// Where a cluster's chain of seals ends, by the seals that are trusted. With trusted keys these are the ones that
/// <see cref="SealChain.Distrust"/> finds nothing against; without, those whose sequence follows from the seals that they name. A seal that
/// isn't trusted is neither a head nor the latest, and naming another seal doesn't make that one a previous seal.
/// </summary>
/// <param name="Heads">The trusted points that no other trusted one names as previous, in order of sequence.</param>
/// <param name="Latest">The trusted point of the highest sequence that isn't expired; null when none is.</param>
/// <param name="PassedOver">Seals that were read and aren't trusted, each with the reason.</param>
public sealed record ChainEnd(ImmutableArray<SealedPoint> Heads, SealedPoint? Latest, ImmutableArray<ChainFault> PassedOver)
{
    /// <summary>Those of <see cref="PassedOver"/> that claim a higher sequence than <see cref="Latest"/>, in order of sequence.</summary>
    public ImmutableArray<ChainFault> Newer { get; private init; } = [];

    /// <summary>A few seals are read where nothing is wrong with the newest ones, and all where something is.</summary>
    public static async Task<ChainEnd> FindAsync(IBlobStore store, ClusterName cluster, SealTrust trust, CancellationToken cancellation) =>
        await ReadAsync(store, cluster, trust, refuseNewer: false, cancellation);

    /// <summary>The same, for continuing the chain.</summary>
    /// <exception cref="ArchiveException">NewerVersion: a newer program wrote to the vault, and this one can't continue its
    /// chain.</exception>
    internal static Task<ChainEnd> ToContinueAsync(
        IBlobStore store,
        ClusterName cluster,
        SealTrust trust,
        CancellationToken cancellation
    ) => ReadAsync(store, cluster, trust, refuseNewer: true, cancellation);

    private static async Task<ChainEnd> ReadAsync(
        IBlobStore store,
        ClusterName cluster,
        SealTrust trust,
        bool refuseNewer,
        CancellationToken cancellation
    )
    {
        var folder = await PointFolders.ReadAsync(store, cluster, cancellation);
        var recent = await RecentSeals.ReadAsync(store, cluster, folder, refuseNewer, cancellation);
        if (
            recent is not null
            && recent.All(p => !trust.HasKeys || trust.Proves(p.Seal))
            && Of(recent) is { Latest: { } last } end
            && !folder.Expired.Contains(last.Id)
        )
            return end;
        return Of(await SealChain.ReadAsync(store, cluster, folder, refuseNewer, cancellation), trust);
    }

    private static ChainEnd Of(IReadOnlyCollection<SealedPoint> sound) => new(HeadsOf(sound), sound.LastOrDefault(), []);

    private static ChainEnd Of(SealChain chain, SealTrust trust)
    {
        var doubts = chain.Seals.Select(p => chain.Doubt(p, trust)).OfType<ChainFault>().ToDictionary(f => f.Point);
        var trusted = chain.Seals.Where(p => !doubts.ContainsKey(p.Id)).ToList();
        var latest = chain.Points.LastOrDefault(p => !doubts.ContainsKey(p.Id));
        var newer = chain.Points.Where(p => doubts.ContainsKey(p.Id) && (latest is null || p.Seal.Sequence > latest.Seal.Sequence));
        return new(HeadsOf(trusted), latest, [.. chain.Faults.Where(f => f.Kind == ChainFaultKind.Unreadable), .. doubts.Values])
        {
            Newer = [.. newer.Select(p => doubts[p.Id])],
        };
    }

    private static ImmutableArray<SealedPoint> HeadsOf(IReadOnlyCollection<SealedPoint> trusted)
    {
        var named = trusted.SelectMany(p => p.Seal.Previous).Select(p => p.Point).ToHashSet();
        return [.. trusted.Where(p => !named.Contains(p.Id))];
    }
}
