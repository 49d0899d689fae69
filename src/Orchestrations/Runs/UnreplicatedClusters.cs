using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;

namespace Holdfast.Orchestrations.Runs;

/// <summary>A cluster that was captured since it was last replicated, or that couldn't be replicated.</summary>
/// <param name="After">When it is to be replicated.</param>
public sealed record UnreplicatedCluster(DateTimeOffset After)
{
    public int Version => 1;
}

/// <summary>
/// Which clusters are to be replicated beside the daily run: a document each, so that one listing finds that there are none. Thread-safe.
/// </summary>
public sealed class UnreplicatedClusters(IDocumentStore control)
{
    internal Task AddAsync(ClusterName cluster, DateTimeOffset after, CancellationToken cancellation) =>
        control.PutAsync(
            ControlPaths.UnreplicatedOf(cluster),
            JsonSerializer.SerializeToUtf8Bytes(new(after), HoldfastJson.Default.UnreplicatedCluster),
            cancellation
        );

    internal Task RemoveAsync(ClusterName cluster, CancellationToken cancellation) =>
        control.DeleteAsync(ControlPaths.UnreplicatedOf(cluster), null, cancellation);

    /// <summary>In order of name. One whose document can't be read is among them: a look at its replicas removes it.</summary>
    public async Task<ImmutableArray<ClusterName>> DueAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var clusters = ImmutableArray.CreateBuilder<ClusterName>();
        await foreach (var path in control.ListAsync(ControlPaths.Unreplicated, null, cancellation))
        {
            if (
                ControlPaths.UnreplicatedIn(path) is { } cluster
                && (await control.TryReadAsync(path, HoldfastJson.Default.UnreplicatedCluster, cancellation))?.Document.After is var after
                && (after is null || after <= now)
            )
                clusters.Add(cluster);
        }
        return clusters.ToImmutable();
    }
}
