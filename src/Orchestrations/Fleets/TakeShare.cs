using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Durable;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <param name="Node">From 0, of so many nodes.</param>
internal sealed record ShareSubject(RunId Run, int Node, int Nodes);

internal sealed record ShareClusters(ImmutableArray<ClusterName> Clusters);

/// <summary>Looks up which clusters of a fleet are a node's. Neighbours in the list go to different nodes.</summary>
internal sealed class TakeShare(RunOrders orders)
{
    public const string Name = nameof(TakeShare);

    public async Task<ShareClusters> RunAsync(ActivityContext context, ShareSubject share)
    {
        var fleet = (await orders.ReadAsync(share.Run, context.Cancellation)).Fleet!;
        return new([.. fleet.Clusters.Where((_, i) => i % share.Nodes == share.Node)]);
    }
}
