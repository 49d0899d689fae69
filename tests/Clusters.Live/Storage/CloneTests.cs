using System.Collections.Immutable;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Orchestrations.Runs;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Runs;
using Holdfast.TestKit.Storage;

namespace Holdfast.Clusters.Live.Tests.Storage;

[Collection(StorageCollection.Name)]
public sealed class LiveCloneTests(StorageClusterFixture live) : CloneBehaviour(live.Cluster);

public sealed class SimulatedCloneTests(SimulatedStorage simulated) : CloneBehaviour(simulated.Cluster), IClassFixture<SimulatedStorage>;

/// <summary>A namespace is restored under another name while it is in use: its volumes stay its own.</summary>
public abstract class CloneBehaviour(ITestCluster cluster)
{
    private const string Driver = "clone.csi.example.com";

    [SkippableFact]
    public async Task A_clone_has_the_points_data_and_once_it_is_cleaned_up_every_production_volume_is_still_there()
    {
        const string Production = "clone-production",
            Copy = "clone-copy";
        await using var csi = await CsiController.StartAsync(cluster, driver: Driver);
        using var seed = new StorageSeed(cluster, csi);
        await seed.ClassesAsync();
        await seed.NamespaceAsync(Production);
        var claims = await seed.ClaimsAsync(Production, 3);
        var vault = new MemoryStore();
        var captured = await CaptureAsync(vault, Production);
        await seed.WriteAsync(Production, claims[0], "written after the point");
        var production = csi.Storage.Volumes.Values.ToHashSet();

        var report = await RestoreAsync(cluster, await VolumeCaptures.OpenAsync(vault, captured), Production, Copy);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        foreach (var claim in claims)
            Assert.Equal($"{claim}'s data", await seed.DataAsync(Copy, claim));
        Assert.Equal("written after the point", await seed.DataAsync(Production, claims[0]));
        await seed.WriteAsync(Copy, claims[1], "written by the clone");
        await DeleteAsync(cluster, Copy, () => csi.Storage.Volumes.Count == production.Count);
        Assert.Equal(production, [.. csi.Storage.Volumes.Values]);
        Assert.Equal(claims.Length, csi.Storage.Snapshots.Count);
        await DeleteAsync(cluster, Production, () => csi.Storage.Volumes.Count == 0);
    }

    [SkippableFact]
    public async Task In_another_cluster_and_under_another_name_each_claim_is_bound_to_the_right_snapshot()
    {
        const string Source = "clone-source",
            Target = "clone-target";
        await using var csi = await CsiController.StartAsync(cluster, driver: Driver);
        using var seed = new StorageSeed(cluster, csi);
        await seed.ClassesAsync();
        await seed.NamespaceAsync(Source);
        var claims = await seed.ClaimsAsync(Source, 5);
        var vault = new MemoryStore();
        var captured = await CaptureAsync(vault, Source);
        await using var other = await SimulatedTestCluster.StartAsync();
        await using var otherCsi = await CsiController.StartAsync(other, csi.Storage, Driver);
        using var otherSeed = new StorageSeed(other, otherCsi);
        await otherSeed.ClassesAsync();

        var report = await RestoreAsync(other, await VolumeCaptures.OpenAsync(vault, captured), Source, Target);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        foreach (var claim in claims)
            Assert.Equal($"{claim}'s data", await otherSeed.DataAsync(Target, claim));
        Assert.Equal(2 * claims.Length, csi.Storage.Volumes.Count);
        await DeleteAsync(other, Target, () => csi.Storage.Volumes.Count == claims.Length);
        foreach (var claim in claims)
            Assert.Equal($"{claim}'s data", await seed.DataAsync(Source, claim));
        await DeleteAsync(cluster, Source, () => csi.Storage.Volumes.Count == 0);
    }

    private async Task<RunReport> CaptureAsync(IBlobStore vault, string ns)
    {
        var captured = await VolumeCaptures.CaptureAsync(cluster, vault, ns);
        Assert.True(captured.State == RunState.Succeeded, string.Join("; ", captured.Capture?.Gaps ?? []) + captured.Failure);
        return captured;
    }

    private static async Task DeleteAsync(ITestCluster from, string ns, Func<bool> isGone)
    {
        using var api = new ClusterRequests(from.Endpoint);
        await api.DeleteAsync($"/api/v1/namespaces/{ns}");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await api.GetAsync($"/api/v1/namespaces/{ns}")).Code != 404 || !isGone())
            await Task.Delay(100, patience.Token);
    }

    private static async Task<RestoreReport> RestoreAsync(ITestCluster into, RecoveryPointReader point, string ns, string name)
    {
        using var target = new ClusterConnection(into.Endpoint, TimeProvider.System);
        var request = new RestoreRequest
        {
            Cluster = VolumeCaptures.Name,
            Point = point.Seal.Point,
            IntoOtherCluster = true,
            NamespaceMapping = ImmutableSortedDictionary<string, string>.Empty.Add(ns, name),
            Selection = new() { Namespaces = [ns] },
        };
        var plan = await TargetPlanner.Of(point, target, TimeProvider.System).PlanAsync(request, "0123456789ab", null, default);
        var folder = Directory.CreateTempSubdirectory("holdfast-clone-");
        try
        {
            using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
            return await new RestoreRun(point, target, log, TimeProvider.System).RunAsync(plan, null, default);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
