using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Functions.Durable;
using Holdfast.TestKit.Storage;
using Holdfast.TestKit.Stores;

namespace Holdfast.Functions.Live.Tests;

/// <summary>The deployed app on the real Durable extension captures a cluster with volumes in several batches.</summary>
[Collection(PublishedCollection.Name)]
public sealed class PublishedVolumesTests(PublishedFolder published) : IDisposable
{
    private static readonly string[] Namespaces = ["shop", "bank", "mail"];

    /// <summary>Two of these are more than a batch holds.</summary>
    private const int ClaimsEach = 13;

    private readonly Azurite azurite = Azurite.StartAll();

    public void Dispose() => azurite.Dispose();

    [Fact]
    public async Task Slow_snapshots_of_several_batches_are_all_in_the_point_though_the_worker_is_killed_twice()
    {
        await using var cluster = await SimulatedTestCluster.StartAsync();
        await using var csi = await CsiController.StartAsync(cluster);
        await SeedAsync(cluster, csi);
        csi.Faults = (_, _) => new() { CutAfter = TimeSpan.FromSeconds(2), ReadyAfter = TimeSpan.FromSeconds(20) };
        await using var app = new PublishedApp(published.Path, azurite, () => new DurableExtension(azurite.ConnectionString, "Volumes"));
        await app.StartAsync();
        await app.RegisterAsync("prod", cluster.Simulator);

        var run = await app.PostAsync("captures", """{"clusters":["prod"]}""");
        await app.UntilAsync($"runs/{run}", (_, _) => csi.Storage.Snapshots.Count > 0);
        await app.Host.KillWorkerAsync();
        await app.UntilAsync($"runs/{run}", (_, _) => csi.Storage.Snapshots.Count == Namespaces.Length * ClaimsEach);
        await app.Host.KillWorkerAsync();
        var report = await app.ReportAsync(run);

        Assert.True((string)report["state"]! == "Succeeded", report.ToJsonString());
        Assert.Equal(Namespaces.Length * ClaimsEach, (int)report["capture"]!["volumes"]!["protected"]!);
        Assert.Equal(Namespaces.Length * ClaimsEach, csi.Storage.Snapshots.Count);
        await AssertNothingLeftAsync(cluster);
    }

    private static async Task SeedAsync(SimulatedTestCluster cluster, CsiController csi)
    {
        using var seed = new StorageSeed(cluster, csi);
        await seed.ClassesAsync();
        foreach (var ns in Namespaces)
        {
            await seed.NamespaceAsync(ns);
            await seed.ClaimsAsync(ns, ClaimsEach);
        }
    }

    private static async Task AssertNothingLeftAsync(SimulatedTestCluster cluster)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        foreach (var type in (string[])["volumesnapshots", "volumesnapshotcontents"])
            while ((await api.GetAsync($"/apis/{SnapshotDefinitions.ApiVersion}/{type}")).Items.Length > 0)
                await Task.Delay(100, patience.Token);
    }
}
