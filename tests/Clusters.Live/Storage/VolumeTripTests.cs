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
public sealed class LiveVolumeTripTests(StorageClusterFixture live) : VolumeTripBehaviour(live.Cluster);

public sealed class SimulatedVolumeTripTests(SimulatedStorage simulated)
    : VolumeTripBehaviour(simulated.Cluster),
        IClassFixture<SimulatedStorage>;

/// <summary>A namespace is deleted after a capture, with its volumes; the data comes back from the point's snapshots.</summary>
public abstract class VolumeTripBehaviour(ITestCluster cluster)
{
    private const string Lost = "volume-trip",
        Other = "volume-trip-other";

    [SkippableFact]
    public async Task A_deleted_namespace_comes_back_with_the_data_of_the_point_and_no_other_volume_is_touched()
    {
        await using var csi = await CsiController.StartAsync(cluster, driver: "trip.csi.example.com");
        using var seed = new StorageSeed(cluster, csi);
        await seed.ClassesAsync();
        foreach (var ns in (string[])[Lost, Other])
            await seed.NamespaceAsync(ns);
        var claims = await seed.ClaimsAsync(Lost, 3);
        var production = await seed.ClaimAsync(Other, "production", "not to be touched");
        var vault = new MemoryStore();
        var captured = await VolumeCaptures.CaptureAsync(cluster, vault, Lost);
        Assert.True(captured.State == RunState.Succeeded, string.Join("; ", captured.Capture?.Gaps ?? []) + captured.Failure);
        await seed.WriteAsync(Lost, claims[0], "written after the point");
        await DeleteNamespaceAsync(csi);

        var report = await RestoreAsync(await VolumeCaptures.OpenAsync(vault, captured));

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        foreach (var claim in claims)
            Assert.Equal($"{claim}'s data", await seed.DataAsync(Lost, claim));
        Assert.Equal("not to be touched", csi.Storage.Volumes[production].Data);
        Assert.Equal(claims.Length + 1, csi.Storage.Volumes.Count);
        Assert.Equal(claims.Length, csi.Storage.Snapshots.Count);
        await DeleteNamespaceAsync(csi);
    }

    /// <summary>Its claims and, since their policy is Delete, its volumes go with it.</summary>
    private async Task DeleteNamespaceAsync(CsiController csi)
    {
        using var api = new ClusterRequests(cluster.Endpoint);
        await api.DeleteAsync($"/api/v1/namespaces/{Lost}");
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await api.GetAsync($"/api/v1/namespaces/{Lost}")).Code != 404 || csi.Storage.Volumes.Count > 1)
            await Task.Delay(100, patience.Token);
    }

    private async Task<RestoreReport> RestoreAsync(RecoveryPointReader point)
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var request = new RestoreRequest
        {
            Cluster = VolumeCaptures.Name,
            Point = point.Seal.Point,
            Selection = new() { Namespaces = [Lost] },
        };
        var plan = await TargetPlanner.Of(point, target, TimeProvider.System).PlanAsync(request, "0123456789ab", null, default);
        var folder = Directory.CreateTempSubdirectory("holdfast-volume-trip-");
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
