using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Live.Tests.Discovering;

[Collection(LiveClusterCollection.Name)]
public sealed class LiveDiscoveryTests(LiveClusterFixture live)
{
    [SkippableFact]
    public async Task Discovery_finds_what_kubectl_finds()
    {
        var surface = await ReadAsync(live.Cluster);
        var kubectl = await live.Cluster.KubectlAsync(["api-resources", "--no-headers", "-o", "name"]);

        var preferred = surface
            .Resources.Where(r => surface.Find(r.Group, r.Resource) == r && !r.Verbs.IsEmpty)
            .Select(r => r.GroupResource);
        Assert.Equal(
            kubectl.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal),
            preferred.Order(StringComparer.Ordinal)
        );
        Assert.Empty(surface.Failures);
    }

    [SkippableFact]
    public async Task A_resource_is_described_as_the_server_serves_it()
    {
        var surface = await ReadAsync(live.Cluster);

        var deployments = surface.Find("apps", "deployments")!;
        Assert.Equal(
            ("apps/v1", "Deployment", true, true),
            (deployments.ApiVersion, deployments.Kind, deployments.Namespaced, deployments.HasStatus)
        );
        Assert.True(deployments.Can("list") && deployments.Can("create"));
        Assert.False(surface.FindKind("", "Secret")!.HasStatus);
        Assert.False(surface.FindKind("", "Namespace")!.Namespaced);
    }

    [SkippableFact]
    public async Task A_type_served_in_two_groups_has_one_storage_hash()
    {
        var surface = await ReadAsync(live.Cluster);

        var hash = surface.Find("", "events")!.StorageVersionHash;
        Assert.NotNull(hash);
        Assert.Equal(hash, surface.Find("events.k8s.io", "events")!.StorageVersionHash);
    }

    [SkippableFact]
    public async Task A_dead_aggregated_api_is_a_failure_beside_everything_else()
    {
        var before = await ReadAsync(live.Cluster);
        const string Dead = """
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1.dead.listed.test"},
             "spec":{"group":"dead.listed.test","version":"v1","groupPriorityMinimum":1000,"versionPriority":15,
              "service":{"namespace":"default","name":"nowhere"},"insecureSkipTLSVerify":true} }
            """;
        await live.Cluster.KubectlAsync(["apply", "-f", "-"], Dead);
        try
        {
            var surface = await ReadUntilListedAsync("dead.listed.test/v1");

            Assert.Contains("dead.listed.test", surface.Failures.Single().Message, StringComparison.Ordinal);
            Assert.Equal(before.Resources.Select(r => r.ToString()), surface.Resources.Select(r => r.ToString()));
        }
        finally
        {
            await live.Cluster.KubectlAsync(["delete", "apiservice", "v1.dead.listed.test"]);
        }
    }

    [SkippableFact]
    public async Task Garbage_and_silence_of_one_group_stop_no_other()
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        proxy.Inject(Fault.AnswerText(200, "<html>"), r => r.Path == "/apis/apps/v1", times: 100);
        proxy.Inject(Fault.Silence(), r => r.Path == "/apis/batch/v1", times: 100);
        proxy.Inject(Fault.Answer(404, "NotFound"), r => r.Path == "/apis/autoscaling/v1", times: 100);

        var surface = await ReadAsync(proxy);

        Skip.IfNot(
            proxy.Requests.Any(r => r.Path == "/apis/apps/v1"),
            "this server has aggregated discovery: single groups aren't requested"
        );
        Assert.Equal(["apps/v1", "autoscaling/v1", "batch/v1"], surface.Failures.Select(f => f.GroupVersion).Order(StringComparer.Ordinal));
        Assert.NotNull(surface.Find("", "pods"));
        Assert.NotNull(surface.Find("rbac.authorization.k8s.io", "roles"));
    }

    private static async Task<ApiSurface> ReadAsync(ITestCluster cluster)
    {
        using var connection = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        return await Discovery.ReadAsync(connection, default);
    }

    /// <summary>The server takes a moment to list a new APIService's group.</summary>
    private async Task<ApiSurface> ReadUntilListedAsync(string groupVersion)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var surface = await ReadAsync(live.Cluster);
            if (surface.Failures.Any(f => f.GroupVersion == groupVersion))
                return surface;
            patience.Token.ThrowIfCancellationRequested();
        }
    }
}
