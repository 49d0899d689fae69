using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Running;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>"Everything is gone but the replica": the steps of docs/disaster-recovery.md, on a machine that has nothing else.</summary>
[Collection(RoundTripCollection.Name)]
public sealed class ReplicaOnlyTests(RoundTripFixture live) : IAsyncLifetime, IDisposable
{
    private const string Namespace = "shop-replicated";
    private readonly HoldfastProgram first = new(live.Cluster.KubeconfigPath);
    private readonly HoldfastProgram machine = new();
    private LiveCluster? fresh;

    public async Task InitializeAsync()
    {
        if (LiveClusterFixture.IsWanted)
            fresh = await LiveCluster.StartAsync(new() { ControllerManager = false });
    }

    public void Dispose()
    {
        first.Dispose();
        machine.Dispose();
    }

    public async Task DisposeAsync()
    {
        if (fresh is not null)
            await fresh.DisposeAsync();
    }

    [SkippableFact]
    public async Task From_the_replica_alone_points_are_listed_verified_and_restored_into_a_fresh_cluster()
    {
        var replica = Path.Combine(machine.Home, "replica");
        await live.Cluster.KubectlAsync(["create", "namespace", Namespace]);
        await live.Cluster.KubectlAsync(["create", "configmap", "settings", "-n", Namespace, "--from-literal=colour=blue"]);
        await CaptureAsync();
        await live.Cluster.KubectlAsync(["create", "secret", "generic", "key", "-n", Namespace, "--from-literal=key=value"]);
        await CaptureAsync();
        await SucceedAsync(first.RunAsync("replicate", "--to", replica));
        foreach (var file in Directory.EnumerateFiles(first.Vault, "*", SearchOption.AllDirectories))
            File.SetAttributes(file, FileAttributes.Normal);
        Directory.Delete(first.Vault, recursive: true);

        machine.Variables["HOLDFAST_VAULT"] = replica;
        machine.Variables["KUBECONFIG"] = fresh!.KubeconfigPath;
        var points = await SucceedAsync(machine.RunAsync("points", "-o", "json"));
        var verified = await SucceedAsync(machine.RunAsync("verify", "-o", "json"));
        var restored = await SucceedAsync(
            machine.RunAsync("restore", "latest", "--cluster", "prod", "-n", Namespace, "--into-other-cluster", "--yes", "-o", "json")
        );

        Assert.Equal((2, true), (points.Json.AsArray().Count, (bool)verified.Json["intact"]!));
        Assert.True((int)restored.Json["counts"]!["created"]! >= 3, restored.Out);
        Assert.Equal("blue", await fresh.KubectlAsync(["get", "configmap", "settings", "-n", Namespace, "-o", "jsonpath={.data.colour}"]));
        Assert.Equal("dmFsdWU=", await fresh.KubectlAsync(["get", "secret", "key", "-n", Namespace, "-o", "jsonpath={.data.key}"]));
        await live.Cluster.KubectlAsync(["delete", "namespace", Namespace, "--wait=false"]);
    }

    private Task<Finished> CaptureAsync() => SucceedAsync(first.RunAsync("capture", "--cluster", "prod", "--quiet"));

    private static async Task<Finished> SucceedAsync(Task<Finished> run)
    {
        var ended = await run;
        Assert.True(ended.Exit == 0, ended.Error);
        return ended;
    }
}
