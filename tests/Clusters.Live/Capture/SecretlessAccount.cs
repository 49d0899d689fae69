using System.Net;
using System.Text.Json;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>Lets alice, who has no rights, list everything but Secrets.</summary>
internal static class SecretlessAccount
{
    public static async Task GrantAsync(LiveCluster cluster, RawApi api)
    {
        using var groups = await api.GetAsync("/apis");
        using var core = await api.GetAsync("/api/v1");
        var named = string.Join(
            ',',
            groups.RootElement.GetProperty("groups").EnumerateArray().Select(g => $"\"{g.GetProperty("name").GetString()}\"")
        );
        var resources = JsonSerializer.Serialize(
            core.RootElement.GetProperty("resources")
                .EnumerateArray()
                .Select(r => r.GetProperty("name").GetString())
                .Where(n => n != "secrets")
        );
        await api.SendAsync(
            HttpMethod.Post,
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            $$$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"all-but-secrets"},
             "rules":[{"apiGroups":[{{{named}}}],"resources":["*"],"verbs":["get","list"]},{"apiGroups":[""],"resources":{{{resources}}},
              "verbs":["get","list"]}]}
            """,
            "application/json"
        );
        await api.SendAsync(
            HttpMethod.Post,
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            """
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"all-but-secrets"},
             "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"all-but-secrets"},"subjects":[{"kind":"User",
              "name":"alice"}]}
            """,
            "application/json"
        );
        await UntilAsync(cluster, HttpStatusCode.OK);
    }

    /// <summary>Other tests of this cluster rely on alice having no permissions.</summary>
    public static async Task RevokeAsync(LiveCluster cluster, RawApi api)
    {
        await api.SendAsync(HttpMethod.Delete, "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/all-but-secrets", null, "");
        await UntilAsync(cluster, HttpStatusCode.Forbidden);
    }

    /// <summary>The server's authoriser learns of roles and bindings by watching them.</summary>
    private static async Task UntilAsync(LiveCluster cluster, HttpStatusCode status)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var alice = await RawApi.ConnectAsync(cluster.PowerlessEndpoint);
        while (
            (await alice.SendAsync(HttpMethod.Get, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", null, "")).Status != status
        )
            await Task.Delay(20, patience.Token);
    }
}
