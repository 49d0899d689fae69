using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Clusters that were captured since they were last replicated: a document each, so that one listing finds them. Thread-safe.</summary>
public sealed class UnreplicatedClusters(IDocumentStore control)
{
    private static readonly ReadOnlyMemory<byte> Content = "{\"version\":1}"u8.ToArray();

    internal Task AddAsync(ClusterName cluster, CancellationToken cancellation) =>
        control.PutAsync(ControlPaths.UnreplicatedOf(cluster), Content, cancellation);

    internal Task RemoveAsync(ClusterName cluster, CancellationToken cancellation) =>
        control.DeleteAsync(ControlPaths.UnreplicatedOf(cluster), null, cancellation);

    /// <summary>In order of name.</summary>
    public async Task<ImmutableArray<ClusterName>> ListAsync(CancellationToken cancellation)
    {
        var clusters = ImmutableArray.CreateBuilder<ClusterName>();
        await foreach (var path in control.ListAsync(ControlPaths.Unreplicated, null, cancellation))
        {
            if (ControlPaths.UnreplicatedIn(path) is { } cluster)
                clusters.Add(cluster);
        }
        return clusters.ToImmutable();
    }
}
