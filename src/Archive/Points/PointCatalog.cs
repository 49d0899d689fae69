using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>The listing of a vault's points, rebuilt from their seals at each use. Thread-safe.</summary>
/// <param name="trust">Whose points may be the latest; opening a point checks it again.</param>
public sealed class PointCatalog(IBlobStore vault, SealTrust trust)
{
    /// <summary>The point of the highest sequence. Where that one isn't trusted, no older one silently takes its place.</summary>
    public const string Latest = "latest";
    private const int ShortestBeginning = 4;
    private const int Digits = 6;
    private const int Shown = 5;

    /// <summary>Points in order of cluster, then sequence. <paramref name="cluster"/> null: of every cluster.</summary>
    public async Task<ImmutableArray<SealedPoint>> ListAsync(ClusterName? cluster, CancellationToken cancellation)
    {
        if (cluster is { } one)
            return await SealedPoints.ListAsync(vault, one, cancellation);
        var points = ImmutableArray.CreateBuilder<SealedPoint>();
        foreach (var name in await SealedPoints.ClustersAsync(vault, cancellation))
            points.AddRange(await SealedPoints.ListAsync(vault, name, cancellation));
        return points.ToImmutable();
    }

    /// <summary>
    /// The same points, with those that can't be trusted and why, and the faults in the clusters' chains of seals.
    /// </summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<CheckedPoints> JudgeAsync(ClusterName? cluster, CancellationToken cancellation)
    {
        var (points, faults) = (ImmutableArray.CreateBuilder<CheckedPoint>(), ImmutableArray.CreateBuilder<string>());
        foreach (var name in cluster is { } one ? [one] : await SealedPoints.ClustersAsync(vault, cancellation))
        {
            var chain = await SealChain.ReadAsync(vault, name, cancellation);
            faults.AddRange(chain.Faults.Select(f => $"{name}: {f.Message}"));
            foreach (var point in chain.Points)
            {
                var distrust = chain.Distrust(point, trust);
                points.Add(new(point, distrust ?? chain.Doubt(point, trust)?.Message));
                if (distrust is not null)
                    faults.Add($"{name}: point {point.Id} can't be trusted: {distrust}");
            }
        }
        return new(points.ToImmutable(), faults.ToImmutable());
    }

    /// <summary>
    /// Finds one point by its id, an unambiguous beginning of it (at least 4 characters), its six digits, or <c>latest</c>. Costs a listing
    /// of names for each cluster and the reads of a few seals, however many points there are.
    /// </summary>
    /// <exception cref="ArchiveException">
    /// NotFound, with the nearest points; or ambiguous, with some that it could be; Untrusted: the latest one isn't trusted.
    /// </exception>
    public async Task<SealedPoint> FindAsync(ClusterName? cluster, string text, CancellationToken cancellation)
    {
        if (cluster is { } of && await NamedAsync(of, text, cancellation) is { } named)
            return named;
        var clusters = cluster is { } one ? [one] : await SealedPoints.ClustersAsync(vault, cancellation);
        var matches =
            text == Latest
                ? await EachAsync(cluster is null ? clusters : [], LatestOfAsync)
                : await EachAsync(clusters, name => MatchesAsync(name, text, cancellation));
        if (matches is [var only])
            return only;
        if (matches.Length > 1)
            throw NotFound($"'{text}' could be any of these recovery points: {Names(matches)}. Give a longer prefix, or the cluster");
        var nearest = await EachAsync(clusters, name => NearestAsync(name, text, cancellation));
        throw nearest.IsEmpty
            ? NotFound(
                $"{vault.Location} has no recovery point{(cluster is null ? "" : $" of cluster '{cluster}'")}. Check the "
                    + $"vault{(cluster is null ? "" : " and the cluster's name")}, or create one with 'capture'"
            )
            : NotFound($"No recovery point '{text}' in {vault.Location}. The nearest are {Names(ByNearness(nearest, text))}");

        async Task<ImmutableArray<SealedPoint>> LatestOfAsync(ClusterName name) =>
            await LatestAsync(name, cancellation) is { } found ? [found] : [];
    }

    /// <summary>A point that can be found without a listing; null: names have to be searched.</summary>
    private async Task<SealedPoint?> NamedAsync(ClusterName cluster, string text, CancellationToken cancellation)
    {
        if (text == Latest)
            return await LatestAsync(cluster, cancellation);
        try
        {
            return PointId.TryParse(text, out var id) ? await SealedPoints.FindAsync(vault, cluster, id, cancellation) : null;
        }
        catch (ArchiveException e)
            when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.DigestMismatch or ArchiveFailure.NewerVersion)
        {
            return null;
        }
    }

    private static async Task<ImmutableArray<SealedPoint>> EachAsync(
        IEnumerable<ClusterName> clusters,
        Func<ClusterName, Task<ImmutableArray<SealedPoint>>> find
    )
    {
        var found = ImmutableArray.CreateBuilder<SealedPoint>();
        foreach (var name in clusters)
            found.AddRange(await find(name));
        return found.ToImmutable();
    }

    private async Task<ImmutableArray<SealedPoint>> MatchesAsync(ClusterName cluster, string text, CancellationToken cancellation)
    {
        if (text.Length < ShortestBeginning || !text.All(c => char.IsAsciiHexDigitLower(c) || c is 'T' or 'Z' or '-'))
            return [];
        var begin = await PointFolders.ReadAsync(vault, cluster, text, cancellation);
        var found = await SealedPoints.SomeAsync(vault, cluster, begin, begin.Seals.Keys, Shown + 1, cancellation);
        if (text.Length != Digits)
            return found;
        var all = await PointFolders.ReadAsync(vault, cluster, cancellation);
        var ending = all.Seals.Keys.Where(p => p.ToString().EndsWith("-" + text, StringComparison.Ordinal));
        return [.. found, .. await SealedPoints.SomeAsync(vault, cluster, all, ending, Shown + 1, cancellation)];
    }

    /// <summary>The points that share the longest beginning with the text, the newest first among equals.</summary>
    private async Task<ImmutableArray<SealedPoint>> NearestAsync(ClusterName cluster, string text, CancellationToken cancellation)
    {
        var folder = await PointFolders.ReadAsync(vault, cluster, cancellation);
        var unmarked = folder.Seals.Keys.Where(p => !folder.Expired.Contains(p)).ToList();
        var nearest = Nearest(unmarked.Count > 0 ? unmarked : [.. folder.Seals.Keys], p => p.ToString(), text).Take(Shown + 1);
        return await SealedPoints.SomeAsync(vault, cluster, folder, nearest, Shown + 1, cancellation);
    }

    private static IEnumerable<SealedPoint> ByNearness(IEnumerable<SealedPoint> points, string text) =>
        Nearest(points, p => p.Id.ToString(), text);

    private static IEnumerable<T> Nearest<T>(IEnumerable<T> points, Func<T, string> id, string text) =>
        points.OrderByDescending(p => id(p).AsSpan().CommonPrefixLength(text)).ThenByDescending(id, StringComparer.Ordinal);

    private async Task<SealedPoint?> LatestAsync(ClusterName cluster, CancellationToken cancellation)
    {
        var end = await ChainEnd.FindAsync(vault, cluster, trust, cancellation);
        if (end.Newer is [.., var newest])
            throw new ArchiveException(
                ArchiveFailure.Untrusted,
                $"The latest point of '{cluster}' isn't used: {newest.Message}. {Otherwise(end.Latest)}"
            );
        return end.Latest;
    }

    private static string Otherwise(SealedPoint? trusted) =>
        trusted is null
            ? "No older point can be trusted either: 'holdfast points' says why"
            : $"The latest one that can be trusted is {trusted.Id}: name it to use it, and run 'holdfast points' to see what is "
                + "wrong with the newer ones";

    private static string Names(IEnumerable<SealedPoint> points)
    {
        var names = points.Take(Shown + 1).Select(p => $"{p.Id} ({p.Seal.Cluster})").ToArray();
        return string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? ", ..." : "");
    }

    private static ArchiveException NotFound(string message) => new(ArchiveFailure.NotFound, message);
}
