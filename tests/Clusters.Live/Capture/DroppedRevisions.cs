using System.Buffers.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>Revisions that a server drops when a test wants it to, and not after minutes.</summary>
internal static class DroppedRevisions
{
    /// <summary>
    /// Compacts etcd. Servers that keep snapshots of their watch caches would go on answering lists at the revision from there until those
    /// run out too: of theirs, the proxy from now on answers 410 as they then would.
    /// </summary>
    public static async Task DropAsync(LiveCluster cluster, FaultProxy proxy, string revision)
    {
        await cluster.CompactAsync();
        using var connection = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        if (await KubernetesVersion.KeepsSnapshotsAsync(connection))
            proxy.Inject(
                Fault.Answer(410, "Expired", "The resourceVersion for the provided list is too old."),
                r => RevisionOf(r) == revision,
                times: int.MaxValue
            );
    }

    /// <summary>At which revision a list is asked for, by itself or in its token; null: at none.</summary>
    public static string? RevisionOf(ProxiedRequest request)
    {
        var query = System.Web.HttpUtility.ParseQueryString(request.Query);
        if (query["continue"] is { } token)
            return $"{JsonNode.Parse(Base64Url.DecodeFromChars(token))!["rv"]}";
        return query["resourceVersionMatch"] == "Exact" ? query["resourceVersion"] : null;
    }
}
