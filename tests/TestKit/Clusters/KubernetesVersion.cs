using Holdfast.Clusters.Connections;

namespace Holdfast.TestKit.Clusters;

/// <summary>What a test may expect of a server's version, where discovery doesn't show it.</summary>
public static class KubernetesVersion
{
    /// <param name="gitVersion">As the server reports it: <c>v1.36.2</c>, <c>v1.31.0-eks-a1b2c3</c>.</param>
    /// <param name="minor">Of version 1.</param>
    public static bool IsAtLeast(string gitVersion, int minor) =>
        Version.Parse(string.Join('.', gitVersion.TrimStart('v').Split('.', '-', '+')[..2])) >= new Version(1, minor);

    /// <summary>
    /// From 1.33 on (ListFromCacheSnapshot, the default since 1.34) a server may answer lists at an exact revision from snapshots of its
    /// watch cache, which no compaction of etcd from outside reaches.
    /// </summary>
    public static async Task<bool> KeepsSnapshotsAsync(ClusterConnection connection) =>
        IsAtLeast((await ClusterIdentity.ReadAsync(connection, default)).ServerVersion, 33);
}
