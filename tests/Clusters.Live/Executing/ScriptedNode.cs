using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Executing;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Live.Tests.Executing;

/// <summary>The node <c>scripted</c> of a live cluster, whose kubelet runs commands by a test's script.</summary>
internal static class ScriptedNode
{
    /// <summary>
    /// API servers up to 1.29 pass the websocket on to the kubelet; later ones translate it to SPDY, which the scripted kubelet doesn't
    /// speak.
    /// </summary>
    public static async Task SkipWhereTranslatedAsync(LiveCluster cluster) =>
        Skip.If(await IsTranslatedAsync(cluster), "this API server speaks SPDY to kubelets");

    /// <summary>The API server can't run commands on this node.</summary>
    public static async Task<bool> IsTranslatedAsync(LiveCluster cluster)
    {
        using var connection = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        return TestKit.Clusters.KubernetesVersion.IsAtLeast((await ClusterIdentity.ReadAsync(connection, default)).ServerVersion, 30);
    }

    public static async Task<ExecEndpoint> StartAsync(LiveCluster cluster, Func<ExecCall, ScriptedExec> script)
    {
        using var authority = TestAuthority.Create();
        // kube-apiserver doesn't check kubelets' certificates unless it is given a CA.
        var kubelet = await ExecEndpoint.StartAsync(script, authority.ForServer(["127.0.0.1"]));
        await cluster.KubectlAsync(["create", "-f", "-"], """{"apiVersion": "v1", "kind": "Node", "metadata": {"name": "scripted"}}""");
        await PutStatusAsync(
            cluster,
            $$"""
            {"status": {"addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
             "daemonEndpoints": {"kubeletEndpoint": {"Port": {{kubelet.Url.Port}} } } } }
            """
        );
        return kubelet;
    }

    private static async Task PutStatusAsync(LiveCluster cluster, string patch)
    {
        using var connection = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        using var answer = await connection.SendAsync(
            () =>
                new(HttpMethod.Patch, "/api/v1/nodes/scripted/status")
                {
                    Content = new StringContent(patch, System.Text.Encoding.UTF8, "application/merge-patch+json"),
                },
            default
        );
        Assert.True(answer.IsSuccessStatusCode);
    }
}
