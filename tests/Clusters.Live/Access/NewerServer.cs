using System.Collections.Immutable;
using Holdfast.Clusters.Connections;
using Holdfast.Restore;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Faults;
using Holdfast.Volumes.Files;

namespace Holdfast.Clusters.Live.Tests.Access;

/// <summary>What is asked of a server that publishes OpenAPI v3, which those before 1.24 don't.</summary>
internal static class NewerServer
{
    private const string Settings = "/api/v1/namespaces/default/configmaps";

    /// <summary>As kubernetes v1.34 has it, without the other groups.</summary>
    private const string Index = """{"paths":{"api/v1":{"serverRelativeURL":"/openapi/v3/api/v1?hash=0"}}}""";

    /// <returns>Requests for what is no resource.</returns>
    public static async Task<ImmutableArray<AskedRequest>> PathsAsync(FileStorage files)
    {
        await using var cluster = await SimulatedTestCluster.StartAsync();
        await using var proxy = await FaultProxy.StartAsync(cluster);
        using var connection = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        using var api = new ClusterRequests(cluster.Endpoint);
        Assert.Equal(201, (await api.PostAsync(Settings, Text("blue"))).Code);
        var runs = new AccountRuns(RoleAccount.Restore, connection, files);
        proxy.Inject(Fault.AnswerText(200, Index), r => r.Path == "/openapi/v3", times: int.MaxValue);
        var captured = await runs.CaptureAsync(null, volumes: false);
        Assert.Equal(200, (await api.PatchAsync($"{Settings}/settings", Text("red"))).Code);
        await runs.RestoreAsync(
            captured,
            new()
            {
                Cluster = default,
                Point = default,
                Existing = ExistingPolicy.Update,
            }
        );
        return
        [
            .. proxy.Requests.Where(r => IsPath(r.Path)).Select(r => AskedRequest.OfPath(r.Method == "GET" ? "get" : r.Method, r.Path)),
        ];
    }

    private static string Text(string color) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings"},"data":{"color":"{{color}}"} }""";

    private static bool IsPath(string path) =>
        path.Split('/') switch
        {
            ["", "api", .. var rest] => rest.Length < 2,
            ["", "apis", .. var rest] => rest.Length < 3,
            _ => true,
        };
}
