using System.Buffers.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>Makes a server drop revisions when a test needs it, instead of after minutes.</summary>
internal static class DroppedRevisions
{
    /// <summary>
    /// Compacts etcd. Servers that keep snapshots of their watch caches would still answer lists at the revision until those expire too:
    /// for such servers the proxy answers 410 from now on, as they would then.
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

    /// <summary>The revision of a list request, by itself or in its token; null: none.</summary>
    public static string? RevisionOf(ProxiedRequest request)
    {
        var query = System.Web.HttpUtility.ParseQueryString(request.Query);
        if (query["continue"] is { } token)
            return $"{JsonNode.Parse(Base64Url.DecodeFromChars(token))!["rv"]}";
        return query["resourceVersionMatch"] == "Exact" ? query["resourceVersion"] : null;
    }
}
