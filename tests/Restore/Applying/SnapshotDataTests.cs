using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.Tests.Planning;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;
using Holdfast.TestKit.Storage;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>With the controllers of a CSI driver: the restored claim has the snapshot's data, and the storage snapshot stays.</summary>
public sealed class SnapshotDataTests
{
    private static readonly ApplyLimits Limits = new() { Settling = TimeSpan.FromSeconds(5), Binding = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task The_claim_has_the_data_of_the_snapshot_and_only_the_storage_snapshot_stays()
    {
        await using var cluster = await SimulatedTestCluster.StartAsync();
        await using var csi = await CsiController.StartAsync(cluster);
        using var seed = new StorageSeed(cluster, csi);
        await seed.ClassesAsync();
        csi.Storage.CreateVolume("disk-1", 1 << 30, "as captured");
        Assert.NotNull(csi.Storage.Cut("snap-1", "disk-1", TimeSpan.Zero));
        csi.Storage.DeleteVolume("disk-1");
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var point = await PointAsync(csi, seed);

        var report = await RestoreAsync(point, target);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.Equal("as captured", await seed.DataAsync("shop", "data"));
        Assert.True(csi.Storage.Snapshots.ContainsKey("snap-1"));
        foreach (var left in (string[])["volumesnapshots", "volumesnapshotcontents"])
            await GoneAsync(target, $"/apis/snapshot.storage.k8s.io/v1/{left}");
        Assert.Empty(csi.Problems);
    }

    private static async Task<RestoreReport> RestoreAsync(RecoveryPointReader point, ClusterConnection target)
    {
        var plan = await TargetPlanner
            .Of(point, target, TimeProvider.System)
            .PlanAsync(SampleRestore.RequestFor(point), "0123456789ab", null, default);
        var folder = Directory.CreateTempSubdirectory("holdfast-run-");
        using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
        var report = await new RestoreRun(point, target, log, TimeProvider.System, Limits).RunAsync(plan, null, default);
        folder.Delete(recursive: true);
        return report;
    }

    /// <summary>Controllers take their finalizers away a moment after the deletion.</summary>
    private static async Task GoneAsync(ClusterConnection target, string path)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (ManifestJson.Parse(await target.GetAsync(path, patience.Token)).Objects("items").Any())
            await Task.Delay(50, patience.Token);
    }

    private static async Task<RecoveryPointReader> PointAsync(CsiController csi, StorageSeed seed)
    {
        var record = SnapshotPoint.Record with
        {
            Driver = csi.Driver,
            Snapshot = SnapshotPoint.Record.Snapshot! with { Driver = csi.Driver },
        };
        var sample = new SampleRestore { Volumes = [record] };
        var claim = SnapshotPoint
            .Claim.Replace("storageClassName: fast", $"storageClassName: {seed.Class}", StringComparison.Ordinal)
            .Replace("5Gi", "1Gi", StringComparison.Ordinal);
        foreach (var manifest in YamlManifests.Parse(SnapshotPoint.Yaml(SnapshotPoint.Shop, claim, SnapshotPoint.Volume)))
            sample.Add(ManifestPoint.TypeOf(BuiltInTypes.Of(manifest, BuiltInTypes.BuiltIn)), manifest);
        return await sample.WriteAsync();
    }
}
