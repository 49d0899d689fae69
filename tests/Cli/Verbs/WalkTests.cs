using Holdfast.Simulator.Types;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Running;
using Holdfast.TestKit.Scenarios;

namespace Holdfast.Cli.Tests.Verbs;

/// <summary>The walks of docs/restore.md on a simulated cluster of the present; tests/Clusters.Live has them on a real server.</summary>
public sealed class WalkTests : WalkBehaviour, IAsyncLifetime
{
    private SimulatedTestCluster server = null!;
    private ScenarioCluster cluster = null!;

    [Fact]
    public async Task A_cluster_of_1_20_comes_back_in_a_current_one()
    {
        await using var old = await SimulatedTestCluster.StartAsync(new() { Release = SimulatedRelease.Of("1.20"), MakesObjects = false });
        using var source = await ScenarioCluster.OfAsync(old);
        await source.BecomeAsync(
            YamlManifests.Parse(
                """
                apiVersion: v1
                kind: Namespace
                metadata: { name: shop }
                ---
                apiVersion: batch/v1beta1
                kind: CronJob
                metadata: { name: bills, namespace: shop }
                spec:
                  schedule: "0 3 * * *"
                  jobTemplate: { spec: { template: { spec: { containers: [{ name: bills, image: bills:1 }] } } } }
                ---
                apiVersion: policy/v1beta1
                kind: PodDisruptionBudget
                metadata: { name: web, namespace: shop }
                spec: { minAvailable: 1, selector: { matchLabels: { app: web } } }
                ---
                apiVersion: policy/v1beta1
                kind: PodSecurityPolicy
                metadata: { name: tight }
                spec: { privileged: false }
                """
            )
        );
        using var holdfast = new HoldfastProgram(server.KubeconfigPath);
        var captured = await holdfast.ShellAsync($"holdfast capture --cluster old --kubeconfig {old.KubeconfigPath}");
        Assert.True(captured.Exit == 0, captured.Error);

        var ends = new List<Finished>();
        foreach (var command in DocumentedCommands.Of("From 1.20 to a current cluster"))
            ends.Add(await holdfast.ShellAsync(command));

        Assert.Equal([0, 0, 3, 0], ends.Select(e => e.Exit));
        Assert.Contains("cronjobs.batch: bills", ends[1].Out, StringComparison.Ordinal);
        Assert.Contains("poddisruptionbudgets.policy: web", ends[1].Out, StringComparison.Ordinal);
        Assert.Contains("podsecuritypolicies.policy", ends[2].Out + ends[2].Error, StringComparison.Ordinal);
        using var requests = new ClusterRequests(server.Endpoint);
        Assert.Equal(200, (await requests.GetAsync("/apis/batch/v1/namespaces/shop/cronjobs/bills")).Code);
        Assert.Equal(200, (await requests.GetAsync("/apis/policy/v1/namespaces/shop/poddisruptionbudgets/web")).Code);
    }

    public async Task InitializeAsync()
    {
        server = await SimulatedTestCluster.StartAsync(new() { Release = SimulatedRelease.Of("1.36"), MakesObjects = false });
        cluster = await ScenarioCluster.OfAsync(server);
    }

    public async Task DisposeAsync()
    {
        cluster.Dispose();
        await server.DisposeAsync();
    }

    protected override Task<ScenarioCluster> ClusterAsync() => Task.FromResult(cluster);
}
