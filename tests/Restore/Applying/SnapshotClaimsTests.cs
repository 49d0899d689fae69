using System.Text.Json.Nodes;
using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.Tests.Planning;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>A claim is provisioned from a snapshot of the point, by objects that are gone afterwards.</summary>
public sealed class SnapshotClaimsTests : IAsyncLifetime, IDisposable
{
    private const string Run = "0123456789ab";

    private static readonly ApplyLimits Quick = new()
    {
        Settling = TimeSpan.FromSeconds(1),
        Snapshots = TimeSpan.FromSeconds(2),
        Binding = TimeSpan.FromSeconds(2),
    };

    private static readonly string Foreign = """
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshotContent
        metadata: { name: NAME }
        spec: { deletionPolicy: Delete, driver: disk.example.com, source: { snapshotHandle: snap-9 },
          volumeSnapshotRef: { kind: VolumeSnapshot, namespace: shop, name: other } }
        """;

    private SimulatedTestCluster cluster = null!;
    private ClusterConnection target = null!;
    private RecoveryPointReader point = null!;

    [Fact]
    public async Task The_claim_names_the_snapshot_which_is_deleted_once_the_claim_is_bound()
    {
        await using var controller = new SampleSnapshotController(target);
        var plan = await PlanAsync();

        var report = await ApplyAsync(plan);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.Equal([new("Snapshot", 1)], report.Volumes!);
        var name = SourceOf(plan).Name;
        var (content, snapshot) = (Assert.Single(controller.SeenContents).Value, Assert.Single(controller.SeenSnapshots).Value);
        AssertSame(
            $$"""
            { deletionPolicy: Retain, driver: disk.example.com, source: { snapshotHandle: snap-1 }, sourceVolumeMode: Filesystem,
              volumeSnapshotClassName: snaps, volumeSnapshotRef: { apiVersion: snapshot.storage.k8s.io/v1, kind: VolumeSnapshot,
              namespace: shop, name: {{name}} } }
            """,
            content["spec"]
        );
        AssertSame($"{{ source: {{ volumeSnapshotContentName: {name} }}, volumeSnapshotClassName: snaps }}", snapshot["spec"]);
        foreach (var made in (JsonObject[])[content, snapshot])
            AssertSame($"{{ holdfast.dev/exclude: 'true', holdfast.dev/restore-run: {Run} }}", made.Object("metadata")!["labels"]);
        AssertSame(
            $"{{ apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: {name} }}",
            (await controller.ClaimAsync()).Object("spec")!["dataSource"]
        );
        Assert.Equal(["claim data"], await controller.LeftAsync());
    }

    [Theory]
    [InlineData("the storage system is full", "the storage system is full")]
    [InlineData(null, "ready")]
    public async Task A_snapshot_that_isnt_ready_in_time_fails_its_claim_and_leaves_nothing_behind(string? error, string why)
    {
        await using var controller = new SampleSnapshotController(target) { NeverReady = true, Error = error };

        var report = await ApplyAsync(await PlanAsync());

        Assert.Contains(why, Assert.Single(report.Failures).Reason, StringComparison.Ordinal);
        Assert.Null(report.Volumes);
        Assert.Empty(await controller.LeftAsync());
    }

    [Fact]
    public async Task A_claim_that_failed_is_tried_again_by_a_resumed_run()
    {
        using var log = new TemporaryLog();
        var plan = await PlanAsync();
        await using (new SampleSnapshotController(target) { NeverReady = true })
            Assert.Single((await ApplyAsync(plan, log)).Failures);
        log.TryFailedAgain(plan);
        await using var controller = new SampleSnapshotController(target);

        var report = await ApplyAsync(plan, log);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(["claim data"], await controller.LeftAsync());
    }

    [Fact]
    public async Task Applied_again_with_its_outcomes_lost_it_finds_what_it_made()
    {
        var plan = await PlanAsync();
        await using (var unbound = new SampleSnapshotController(target) { BindsNothing = true })
        {
            await ApplyAsync(plan);
            Assert.Equal(3, (await unbound.LeftAsync()).Count());
        }
        await using var controller = new SampleSnapshotController(target);

        var again = await ApplyAsync(plan);

        Assert.True(again.Complete, string.Join("; ", again.Failures.Concat(again.Incomplete)));
        Assert.Equal(["claim data"], await controller.LeftAsync());
    }

    [Theory]
    [InlineData("Immediate", "2 s")]
    [InlineData("WaitForFirstConsumer", "Pod")]
    public async Task What_cant_be_deleted_yet_is_listed_with_the_command_that_deletes_it(string mode, string state)
    {
        point = await PointAsync(SnapshotPoint.StorageClass + $"\nvolumeBindingMode: {mode}");
        await using var controller = new SampleSnapshotController(target) { BindsNothing = true };
        var plan = await PlanAsync();

        var report = await ApplyAsync(plan);

        var name = SourceOf(plan).Name;
        Assert.True(report.Complete);
        var note = Assert.Single(report.Notes, n => n.StartsWith("persistentvolumeclaims", StringComparison.Ordinal));
        Assert.Contains($"kubectl delete volumesnapshot/{name} -n shop", note, StringComparison.Ordinal);
        Assert.Contains(state, note, StringComparison.Ordinal);
        Assert.Equal([$"content {name}", $"snapshot {name}", "claim data"], await controller.LeftAsync());
    }

    [Fact]
    public async Task A_content_of_that_name_that_isnt_the_restores_is_left_alone()
    {
        var plan = await PlanAsync();
        await ApplyAsync(plan with { Steps = [.. plan.Steps.Where(s => s.Stage < RestoreStage.Volumes)] });
        var name = SourceOf(plan).Name;
        await CreateAsync("volumesnapshotcontents", null, Foreign.Replace("NAME", name, StringComparison.Ordinal));
        await using var controller = new SampleSnapshotController(target);

        var report = await ApplyAsync(plan);

        Assert.Contains(name, Assert.Single(report.Failures).Reason, StringComparison.Ordinal);
        Assert.Equal([$"content {name}"], await controller.LeftAsync());
    }

    [Theory]
    [InlineData(ExistingPolicy.Skip)]
    [InlineData(ExistingPolicy.Replace)]
    public async Task A_claim_that_appeared_since_the_plan_keeps_its_data(ExistingPolicy policy)
    {
        var plan = await PlanAsync();
        await ApplyAsync(plan with { Steps = [.. plan.Steps.Where(s => s.Stage < RestoreStage.Volumes)] });
        await CreateAsync(
            "persistentvolumeclaims",
            "shop",
            "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: data, namespace: shop }, spec: { volumeName: mine } }"
        );
        await using var controller = new SampleSnapshotController(target);

        var report = await ApplyAsync(plan with { Request = plan.Request with { Existing = policy } });

        Assert.Contains("never replaced", Assert.Single(report.Incomplete).Reason, StringComparison.Ordinal);
        Assert.Empty(controller.SeenContents);
        Assert.Equal("mine", (await controller.ClaimAsync()).Object("spec").Text("volumeName"));
    }

    public async Task InitializeAsync()
    {
        cluster = await SimulatedTestCluster.StartAsync();
        target = new(cluster.Endpoint, TimeProvider.System);
        point = await PointAsync(SnapshotPoint.StorageClass);
    }

    public async Task DisposeAsync() => await cluster.DisposeAsync();

    public void Dispose() => target.Dispose();

    private Task<RestorePlan> PlanAsync() =>
        TargetPlanner.Of(point, target, TimeProvider.System).PlanAsync(SampleRestore.RequestFor(point), Run, null, default);

    private async Task<RestoreReport> ApplyAsync(RestorePlan plan)
    {
        using var log = new TemporaryLog();
        return await ApplyAsync(plan, log);
    }

    private async Task<RestoreReport> ApplyAsync(RestorePlan plan, TemporaryLog log)
    {
        using var outcomes = log.Open();
        return await new RestoreRun(point, target, outcomes, TimeProvider.System, Quick).RunAsync(plan, null, default);
    }

    private async Task CreateAsync(string resource, string? ns, string yaml)
    {
        var type = (await Discovery.ReadAsync(target, default)).Resources.First(r => r.Resource == resource);
        var made = await new ResourceWriter(target).CreateAsync(
            type,
            ns,
            ManifestJson.Write(YamlManifests.ParseOne(yaml)),
            new("someone"),
            default
        );
        Assert.Equal(WriteStatus.Done, made.Status);
    }

    private static SnapshotSource SourceOf(RestorePlan plan) => plan.Steps.Single(s => s.Volume?.Snapshot is not null).Volume!.Snapshot!;

    private static void AssertSame(string expected, JsonNode? actual) => Rules.RuleCase.Same(expected, actual);

    private static async Task<RecoveryPointReader> PointAsync(string storageClass)
    {
        var sample = new SampleRestore { Volumes = [SnapshotPoint.Record] };
        var manifests = YamlManifests
            .Parse(
                SnapshotPoint.Yaml(
                    SnapshotPoint.Definitions,
                    storageClass,
                    SnapshotPoint.SnapshotClass,
                    SnapshotPoint.Shop,
                    SnapshotPoint.Claim,
                    SnapshotPoint.Volume
                )
            )
            .ToList();
        var types = BuiltInTypes.With(manifests);
        foreach (var manifest in manifests)
            sample.Add(ManifestPoint.TypeOf(BuiltInTypes.Of(manifest, types)), manifest);
        return await sample.WriteAsync();
    }

    /// <summary>The outcomes of a run, in a folder that goes with them.</summary>
    private sealed class TemporaryLog : IDisposable
    {
        private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-run-");

        public OutcomeLog Open() => new(Path.Combine(folder.FullName, "outcomes.ndjson"));

        public void TryFailedAgain(RestorePlan plan)
        {
            using var log = Open();
            log.Open(plan.Name);
            var failed = log.Read().Values.Where(o => o.Kind == OutcomeKind.Failed).ToList();
            log.Append(failed.Select(o => o with { Kind = OutcomeKind.Deferred }));
        }

        public void Dispose() => folder.Delete(recursive: true);
    }
}
