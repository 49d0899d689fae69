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
    /// Finds one point by its id, an unambiguous beginning of it (at least 4 characters), its six digits, or <c>latest</c>.
    /// </summary>
    /// <exception cref="ArchiveException">
    /// NotFound, with the nearest points; or ambiguous, with those it could be; Untrusted: the latest one isn't trusted.
    /// </exception>
    public async Task<SealedPoint> FindAsync(ClusterName? cluster, string text, CancellationToken cancellation)
    {
        if (cluster is { } of && await NamedAsync(of, text, cancellation) is { } named)
            return named;
        var points = await ListAsync(cluster, cancellation);
        if (points.IsEmpty)
            throw NotFound(
                $"{vault.Location} has no recovery point{(cluster is null ? "" : $" of cluster '{cluster}'")}. Check the "
                    + $"vault{(cluster is null ? "" : " and the cluster's name")}, or create one with 'capture'"
            );
        var matches =
            text == Latest && cluster is null
                ? await LastOfEachAsync(points, cancellation)
                : [.. points.Where(p => Matches(p.Id.ToString(), text))];
        return matches switch
        {
            [var only] => only,
            [] => throw NotFound($"No recovery point '{text}' in {vault.Location}. The nearest are {Names(Nearest(points, text))}"),
            _ => throw NotFound(
                $"'{text}' could be any of {matches.Length} recovery points: {Names(matches)}. Give a longer prefix, or the cluster"
            ),
        };
    }

    /// <summary>A point that can be found without listing all seals; null: all have to be searched.</summary>
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

    private async Task<ImmutableArray<SealedPoint>> LastOfEachAsync(ImmutableArray<SealedPoint> points, CancellationToken cancellation)
    {
        var last = ImmutableArray.CreateBuilder<SealedPoint>();
        foreach (var cluster in points.Select(p => p.Seal.Cluster).Distinct())
        {
            if (await LatestAsync(cluster, cancellation) is { } found)
                last.Add(found);
        }
        return last.ToImmutable();
    }

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

    private static bool Matches(string id, string text) =>
        id == text
        || (text.Length >= ShortestBeginning && id.StartsWith(text, StringComparison.Ordinal))
        || (text.Length == Digits && id.EndsWith("-" + text, StringComparison.Ordinal));

    /// <summary>The points that share the longest beginning with the text, the latest first among equals.</summary>
    private static IEnumerable<SealedPoint> Nearest(ImmutableArray<SealedPoint> points, string text) =>
        points.Reverse().OrderByDescending(p => p.Id.ToString().AsSpan().CommonPrefixLength(text));

    private static string Names(IEnumerable<SealedPoint> points)
    {
        var names = points.Take(Shown + 1).Select(p => $"{p.Id} ({p.Seal.Cluster})").ToArray();
        return string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? ", ..." : "");
    }

    private static ArchiveException NotFound(string message) => new(ArchiveFailure.NotFound, message);
}
