using Holdfast.Clusters;
using Holdfast.Orchestrations.Activities;
using Holdfast.Restore.Targets;

namespace Holdfast.Orchestrations.NewClusters;

/// <param name="Enough">The last look: fewer nodes than wanted do.</param>
internal sealed record NodesLook(NewClusterSubject Subject, bool Enough);

/// <param name="Ready">That take pods.</param>
/// <param name="Waits">Why nothing can be restored into the cluster yet; null: it can.</param>
internal sealed record NodeCount(int Ready, int Wanted, string? Waits);

/// <summary>Counts the nodes of the new cluster that take pods, and notes it when there are enough. Repeated, it counts again.</summary>
internal sealed class LookAtNodes(NewClusterRuns clusters) : RunActivity<NodesLook, NodeCount>(clusters.Records)
{
    public const string Name = nameof(LookAtNodes);

    protected override Task<NodeCount> DoAsync(NodesLook look, CancellationToken cancellation) =>
        clusters.DoAsync(
            look.Subject.Run,
            async (_, plan, stop) =>
            {
                var count = await CountAsync(look, plan.Nodes, stop);
                Records.Environment.RestoreProgress?.Report(new("waiting for nodes", count.Ready, count.Wanted, 0));
                if (count.Waits is null)
                    await clusters.KeepAsync(look.Subject.Run, count, stop);
                return count;
            },
            cancellation
        );

    /// <summary>An API server that isn't up, or whose roles aren't effective yet, is waited for.</summary>
    private async Task<NodeCount> CountAsync(NodesLook look, int wanted, CancellationToken cancellation)
    {
        try
        {
            var cluster = await Records.Environment.OpenCluster(look.Subject.Cluster, cancellation);
            var ready = await NewTarget.CountReadyNodesAsync(cluster, cancellation);
            var isEnough = ready >= wanted || (look.Enough && ready > 0);
            return new(ready, wanted, isEnough ? null : $"{ready} of {wanted} nodes are ready");
        }
        catch (ClusterException fault) when (!look.Enough)
        {
            return new(0, wanted, Runs.RunResult.Cut(fault.Message));
        }
    }
}
