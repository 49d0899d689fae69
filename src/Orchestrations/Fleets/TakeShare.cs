using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <param name="Node">From 0, of so many nodes.</param>
internal sealed record ShareSubject(RunId Run, int Node, int Nodes);

internal sealed record ShareClusters(ImmutableArray<ClusterName> Clusters);

/// <summary>Looks up which clusters of a fleet are a node's. Neighbours in the list go to different nodes.</summary>
internal sealed class TakeShare(RunWorkspace workspace) : RunActivity<ShareSubject, ShareClusters>(workspace)
{
    public const string Name = nameof(TakeShare);

    protected override async Task<ShareClusters> DoAsync(ShareSubject share, CancellationToken cancellation)
    {
        var fleet = await Workspace.Orders.FleetAsync(share.Run, cancellation);
        return new([.. fleet.Clusters.Where((_, i) => i % share.Nodes == share.Node)]);
    }
}
