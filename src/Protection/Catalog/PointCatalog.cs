using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Protection.Catalog;

/// <summary>The listing of a vault's points, rebuilt from their seals at each use. Thread-safe.</summary>
/// <param name="trust">Whose points may be the latest; who opens one asks again.</param>
/// <param name="warn">Told of each seal that was looked at for the latest point and isn't believed; null: nobody wants to know.</param>
public sealed class PointCatalog(IBlobStore vault, SealTrust trust, Action<string>? warn = null)
{
    /// <summary>The believed point of the highest sequence.</summary>
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

    /// <summary>The same points, which of them can't be trusted and why, and all that is wrong with the clusters' chains of seals.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<JudgedPoints> JudgeAsync(ClusterName? cluster, CancellationToken cancellation)
    {
        var (points, faults) = (ImmutableArray.CreateBuilder<JudgedPoint>(), ImmutableArray.CreateBuilder<string>());
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

    /// <summary>Finds one point by its id, an unambiguous beginning of it (at least 4 characters), its six digits, or <c>latest</c>.</summary>
    /// <exception cref="ArchiveException">NotFound, with the nearest points; or ambiguous, with those it could be; Untrusted: none can be the latest.</exception>
    public async Task<SealedPoint> FindAsync(ClusterName? cluster, string text, CancellationToken cancellation)
    {
        if (cluster is { } of && await NamedAsync(of, text, cancellation) is { } named)
            return named;
        var points = await ListAsync(cluster, cancellation);
        if (points.IsEmpty)
            throw NotFound($"{vault.Location} holds no recovery point{(cluster is null ? "" : $" of cluster '{cluster}'")}. Check the vault{(cluster is null ? "" : " and the cluster's name")}, or make one with 'capture'");
        var matches = text == Latest && cluster is null ? await LastOfEachAsync(points, cancellation) : [.. points.Where(p => Matches(p.Id.ToString(), text))];
        return matches switch
        {
            [var only] => only,
            [] when text == Latest => throw new ArchiveException(ArchiveFailure.Untrusted, $"Not one recovery point in {vault.Location}{(cluster is null ? "" : $" of cluster '{cluster}'")} can be trusted: 'holdfast points' says why"),
            [] => throw NotFound($"No recovery point '{text}' in {vault.Location}. The nearest are {Names(Nearest(points, text))}"),
            _ => throw NotFound($"'{text}' could be any of {matches.Length} recovery points: {Names(matches)}. Give more of the id, or the cluster"),
        };
    }

    /// <summary>A point that needs no listing of all seals to be found; null: it is looked for among all.</summary>
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
            if (await LatestAsync(ClusterName.Parse(cluster), cancellation) is { } found)
                last.Add(found);
        }
        return last.ToImmutable();
    }

    private async Task<SealedPoint?> LatestAsync(ClusterName cluster, CancellationToken cancellation)
    {
        var end = await ChainEnd.FindAsync(vault, cluster, trust, cancellation);
        foreach (var fault in end.PassedOver)
            warn?.Invoke($"{cluster}: {fault.Message}; it is not taken for the latest point");
        return end.Latest;
    }

    private static bool Matches(string id, string text) =>
        id == text
        || (text.Length >= ShortestBeginning && id.StartsWith(text, StringComparison.Ordinal))
        || (text.Length == Digits && id.EndsWith("-" + text, StringComparison.Ordinal));

    /// <summary>Those that share most of their beginning with the text, the latest first among equals.</summary>
    private static IEnumerable<SealedPoint> Nearest(ImmutableArray<SealedPoint> points, string text) =>
        points.Reverse().OrderByDescending(p => p.Id.ToString().AsSpan().CommonPrefixLength(text));

    private static string Names(IEnumerable<SealedPoint> points)
    {
        var names = points.Take(Shown + 1).Select(p => $"{p.Id} ({p.Seal.Cluster})").ToArray();
        return string.Join(", ", names.Take(Shown)) + (names.Length > Shown ? ", ..." : "");
    }

    private static ArchiveException NotFound(string message) => new(ArchiveFailure.NotFound, message);
}
