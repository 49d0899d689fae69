using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <param name="Node">From 0, of so many nodes.</param>
internal sealed record ShareSubject(RunId Run, int Node, int Nodes);

internal sealed record ShareClusters(ImmutableArray<ClusterName> Clusters);

/// <summary>Looks up the clusters of a node. Neighbours in the list go to different nodes.</summary>
internal sealed class TakeShare(RunRecords records) : RunActivity<ShareSubject, ShareClusters>(records)
{
    public const string Name = nameof(TakeShare);

    protected override async Task<ShareClusters> DoAsync(ShareSubject share, CancellationToken cancellation)
    {
        var fleet = await Records.Orders.FleetAsync(share.Run, cancellation);
        return new([.. fleet.Clusters.Where((_, i) => i % share.Nodes == share.Node)]);
    }
}
