using Holdfast.Archive.Points;
using Holdfast.Clusters.Connections;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>A restored snapshot's content has a name of its own, unless its old one is still its own.</summary>
public sealed class SnapshotContentsTests
{
    private const string Captured = "snapcontent-1";

    private const string Definitions = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: volumesnapshotcontents.snapshot.storage.k8s.io }
        spec:
          group: snapshot.storage.k8s.io
          scope: Cluster
          names: { plural: volumesnapshotcontents, kind: VolumeSnapshotContent }
          versions: [{ name: v1, served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: object,
            x-kubernetes-preserve-unknown-fields: true } } }]
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: volumesnapshots.snapshot.storage.k8s.io }
        spec:
          group: snapshot.storage.k8s.io
          scope: Namespaced
          names: { plural: volumesnapshots, kind: VolumeSnapshot }
          versions: [{ name: v1, served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: object,
            x-kubernetes-preserve-unknown-fields: true } } }]
        ---
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop }
        """;

    private const string Content = """
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshotContent
        metadata: { name: snapcontent-1 }
        spec: { deletionPolicy: Retain, driver: disk.example.com, source: { snapshotHandle: snap-1 },
          volumeSnapshotRef: { kind: VolumeSnapshot, namespace: shop, name: nightly } }
        """;

    private const string Snapshot = """
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshot
        metadata: { name: nightly, namespace: shop }
        spec: { source: { persistentVolumeClaimName: data } }
        status: { boundVolumeSnapshotContentName: snapcontent-1 }
        """;

    private static readonly string Point = string.Join("\n---\n", Definitions, Content, Snapshot);

    [Fact]
    public async Task One_that_is_gone_gets_a_fresh_name_that_is_the_same_in_every_plan_of_the_point()
    {
        var plan = await PlanAsync();

        var step = Assert.Single(plan.Steps, s => s.Kind == "VolumeSnapshotContent");
        Assert.Matches("^snapcontent-[0-9a-f]{32}$", step.Name);
        Assert.Equal("it is missing in the target; it was captured as snapcontent-1", step.Reason);
        Assert.Equal([new(Captured, step.Name)], plan.SnapshotContents!);
        Assert.Equal(plan.SnapshotContents, (await PlanAsync()).SnapshotContents);
        Assert.Equal(plan.SnapshotContents, PlanDocument.Read(PlanDocument.Write(plan)).SnapshotContents);
    }

    [Theory]
    [InlineData("name: snapcontent-1", "name: snapcontent-1", true)]
    [InlineData("snapshotHandle: snap-1", "snapshotHandle: snap-2", false)]
    [InlineData(
        "name: snapcontent-1",
        "name: snapcontent-1, deletionTimestamp: '2026-11-22T05:30:00Z', finalizers: "
            + "[snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection]",
        false
    )]
    public async Task One_that_is_there_keeps_its_name_if_it_is_the_same_and_stays(string was, string now, bool keeps)
    {
        var plan = await PlanAsync(Content.Replace(was, now, StringComparison.Ordinal));

        var step = Assert.Single(plan.Steps, s => s.Kind == "VolumeSnapshotContent");
        Assert.Equal(keeps ? (StepAction.Unchanged, true) : (StepAction.Create, false), (step.Action, step.Name == Captured));
        Assert.Equal(keeps, plan.SnapshotContents is null);
    }

    [Fact]
    public async Task One_that_a_live_snapshot_names_keeps_its_name()
    {
        var plan = await PlanAsync(Snapshot);

        Assert.Equal(
            (StepAction.Create, Captured),
            Assert.Single(plan.Steps, s => s.Kind == "VolumeSnapshotContent") is var step ? (step.Action, step.Name) : default
        );
    }

    [Fact]
    public async Task A_namespace_alone_brings_its_contents_once_and_under_their_fresh_names()
    {
        var plan = await Plans.PlanAsync(Point, Definitions, Rules.RuleCase.Plain with { Selection = new() { Namespaces = ["shop"] } });

        Assert.Equal([plan.SnapshotContents![Captured]], plan.Steps.Where(s => s.Kind == "VolumeSnapshotContent").Select(s => s.Name));
    }

    [Fact]
    public async Task Applied_again_with_its_outcomes_lost_and_planned_again_it_is_one_content_that_its_snapshot_names()
    {
        await using var cluster = await SimulatedTestCluster.StartAsync();
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var point = await PointAsync();
        var plan = await PlanAsync(point, target, "0123456789ab");
        await ApplyAsync(plan, point, target);

        var again = await ApplyAsync(plan, point, target);
        var later = await PlanAsync(point, target, "ba9876543210");

        Assert.True(again.Complete, string.Join("; ", again.Failures));
        Assert.Equal(plan.SnapshotContents, later.SnapshotContents);
        Assert.All(
            later.Steps.Where(s =>
                s.Resource.EndsWith("snapshot.storage.k8s.io", StringComparison.Ordinal) && s.Kind != "CustomResourceDefinition"
            ),
            s => Assert.Contains(s.Action, (StepAction[])[StepAction.Unchanged, StepAction.Skip])
        );
        var contents = await target.GetAsync("/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents", default);
        var snapshot = await target.GetAsync("/apis/snapshot.storage.k8s.io/v1/namespaces/shop/volumesnapshots/nightly", default);
        var made = (string)System.Text.Json.Nodes.JsonNode.Parse(contents)!["items"]!.AsArray().Single()!["metadata"]!["name"]!;
        Assert.Equal(
            (plan.SnapshotContents![Captured], made),
            (made, (string)System.Text.Json.Nodes.JsonNode.Parse(snapshot)!["spec"]!["source"]!["volumeSnapshotContentName"]!)
        );
    }

    private static Task<RestorePlan> PlanAsync(string live = "") =>
        Plans.PlanAsync(
            Point,
            live.Length == 0 ? Definitions : $"{Definitions}\n---\n{live}",
            Rules.RuleCase.Plain with
            {
                Existing = ExistingPolicy.Replace,
            }
        );

    private static Task<RestorePlan> PlanAsync(RecoveryPointReader point, ClusterConnection target, string run) =>
        TargetPlanner
            .Of(point, target, TimeProvider.System)
            .PlanAsync(SampleRestore.RequestFor(point) with { Existing = ExistingPolicy.Replace }, run, null, default);

    private static async Task<RestoreReport> ApplyAsync(RestorePlan plan, RecoveryPointReader point, ClusterConnection target)
    {
        var folder = Directory.CreateTempSubdirectory("holdfast-run-");
        using (var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson")))
        {
            var report = await new RestoreRun(point, target, log, TimeProvider.System, new() { Settling = TimeSpan.Zero }).RunAsync(
                plan,
                null,
                default
            );
            folder.Delete(recursive: true);
            return report;
        }
    }

    private static async Task<RecoveryPointReader> PointAsync()
    {
        var sample = new SampleRestore();
        var manifests = YamlManifests.Parse(Point).ToList();
        var types = BuiltInTypes.With(manifests);
        foreach (var manifest in manifests)
            sample.Add(ManifestPoint.TypeOf(BuiltInTypes.Of(manifest, types)), manifest);
        return await sample.WriteAsync();
    }
}
