using Holdfast.Archive.Format;
using Holdfast.Clusters.Connections;

namespace Holdfast.Cli.Connections;

/// <summary>The cluster that a restore writes to.</summary>
internal sealed record TargetCluster(ClusterName Name, ClusterConnection Connection)
{
    public static TargetCluster Of(OpenedCluster cluster) => new(cluster.DefaultName, cluster.Connection);
}
