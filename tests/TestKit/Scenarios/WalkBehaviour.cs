using Holdfast.Archive.Stores;
using Holdfast.Manifests;
using Holdfast.Simulator.Types;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Running;
using Xunit;

namespace Holdfast.TestKit.Scenarios;

/// <summary>docs/restore.md, "Step by step", for any cluster: the commands of the page, run by the program as they stand there.</summary>
public abstract class WalkBehaviour
{
    private const string Shop = """
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop, labels: { team: blue } }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: settings, namespace: shop }
        data: { color: blue }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: other, namespace: shop }
        data: { color: green }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web, namespace: shop }
        spec:
          replicas: 2
          selector: { matchLabels: { app: web } }
          template:
            metadata: { labels: { app: web } }
            spec: { containers: [{ name: web, image: web:1, envFrom: [{ configMapRef: { name: settings } }] }] }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: web, namespace: shop }
        spec: { selector: { app: web }, ports: [{ port: 80 }] }
        ---
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: front, namespace: shop }
        spec:
          rules:
          - host: shop.example.com
            http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: { name: bills, namespace: shop }
        spec:
          schedule: "0 3 * * *"
          jobTemplate: { spec: { template: { spec: { restartPolicy: Never, containers: [{ name: bills, image: bills:1 }] } } } }
        """;

    /// <summary>The cluster; skips the test where there is none.</summary>
    protected abstract Task<ScenarioCluster> ClusterAsync();

    [SkippableFact]
    public async Task A_namespace_that_was_deleted_comes_back()
    {
        var cluster = await ClusterAsync();
        using var holdfast = new HoldfastProgram(cluster.Server.KubeconfigPath);
        var before = await SeededAsync(cluster, holdfast);
        await cluster.BecomeAsync([]);

        await RunAsync(holdfast, "A namespace that was deleted");

        await AssertEqualAsync(before, cluster, "/shop", " shop/");
    }

    [SkippableFact]
    public async Task One_ConfigMap_becomes_what_it_was_and_nothing_else_changes()
    {
        var cluster = await ClusterAsync();
        using var holdfast = new HoldfastProgram(cluster.Server.KubeconfigPath);
        var before = await SeededAsync(cluster, holdfast);
        foreach (var name in (string[])["settings", "other"])
            await cluster.PatchAsync($"/api/v1/namespaces/shop/configmaps/{name}", """{"data":{"color":"red"}}""");
        var changed = await ReadAsync(cluster);

        await RunAsync(holdfast, "One ConfigMap as it was");

        await AssertEqualAsync(before, cluster, "configmaps shop/settings");
        var after = await ReadAsync(cluster);
        Assert.All(after.Keys.Where(k => k != "configmaps shop/settings"), k => Assert.Equal(changed.Text(k), after.Text(k)));
    }

    [SkippableFact]
    public async Task A_whole_cluster_comes_back_in_another_one()
    {
        var cluster = await ClusterAsync();
        await using var lost = await SimulatedTestCluster.StartAsync(new() { Release = SimulatedRelease.Of("1.20"), MakesObjects = false });
        using var west = await ScenarioCluster.OfAsync(lost);
        using var holdfast = new HoldfastProgram(lost.KubeconfigPath);
        var before = await SeededAsync(west, holdfast, "--cluster west");
        await cluster.BecomeAsync([]);
        File.Copy(cluster.Server.KubeconfigPath, Path.Combine(holdfast.Home, "new.kubeconfig"));

        var again = await RunAsync(holdfast, "A whole cluster into a new one");

        var after = await ReadAsync(cluster);
        Assert.All(before.Keys.Where(k => k.Contains(" shop/", StringComparison.Ordinal)), k => Assert.NotNull(after.Find(k)));
        Assert.DoesNotContain("create", again.Out, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_clone_has_other_hosts_and_its_source_stays_as_it_is()
    {
        var cluster = await ClusterAsync();
        using var holdfast = new HoldfastProgram(cluster.Server.KubeconfigPath);
        var before = await SeededAsync(cluster, holdfast);

        await RunAsync(holdfast, "A clone for staging, with other hosts");

        var after = await ReadAsync(cluster);
        Assert.All(before.Keys, k => Assert.Equal(before.Text(k), after.Text(k)));
        var front = after.Find("ingresses.networking.k8s.io staging/front").Object("spec");
        Assert.Equal("shop.staging.example.com", front.Objects("rules").Single().Text("host"));
        Assert.True(after.Find("cronjobs.batch staging/bills").Object("spec").Flag("suspend"));
    }

    /// <returns>What the last command gave.</returns>
    private static async Task<Finished> RunAsync(HoldfastProgram holdfast, string section)
    {
        Finished? last = null;
        foreach (var command in DocumentedCommands.Of(section))
        {
            last = await holdfast.ShellAsync(command);
            Assert.True(last.Exit == 0, $"{command}: {last.Exit}{Environment.NewLine}{last.Error}{last.Out}");
        }
        return last!;
    }

    private static async Task<ClusterContent> SeededAsync(ScenarioCluster cluster, HoldfastProgram holdfast, string options = "")
    {
        await cluster.BecomeAsync(YamlManifests.Parse(Shop));
        var captured = await holdfast.ShellAsync($"holdfast capture {options}");
        Assert.True(captured.Exit == 0, captured.Error);
        return await ReadAsync(cluster);
    }

    private static async Task<ClusterContent> ReadAsync(ScenarioCluster cluster) =>
        await ClusterContent.ReadAsync(await cluster.CaptureAsync(new MemoryStore()));

    /// <summary>All that the parts of keys choose is there again, and as it was.</summary>
    private static async Task AssertEqualAsync(ClusterContent before, ScenarioCluster cluster, params string[] parts)
    {
        var after = await ReadAsync(cluster);
        foreach (var key in before.Keys.Where(k => parts.Any(p => k.Contains(p, StringComparison.Ordinal))))
            Assert.Empty(before.Unlike(after, key));
    }
}
