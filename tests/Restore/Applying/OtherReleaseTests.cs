using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Simulator.Types;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>From one release of Kubernetes into another, captured, planned and applied.</summary>
public sealed class OtherReleaseTests : IDisposable
{
    private static readonly ClusterName Name = ClusterName.Parse("prod");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-release-");

    /// <summary>In the versions of 1.20.</summary>
    private const string Old = """
        { apiVersion: v1, kind: Namespace, metadata: { name: shop } }
        ---
        { apiVersion: batch/v1beta1, kind: CronJob, metadata: { name: nightly, namespace: shop }, spec: { schedule: "0 3 * * *" } }
        ---
        { apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: { name: none, namespace: shop },
          spec: { minAvailable: 1, selector: {} } }
        ---
        { apiVersion: discovery.k8s.io/v1beta1, kind: EndpointSlice, metadata: { name: outside, namespace: shop }, addressType: IPv4,
          endpoints: [{ addresses: [192.0.2.1], topology: { topology.kubernetes.io/zone: a } }] }
        ---
        { apiVersion: flowcontrol.apiserver.k8s.io/v1beta1, kind: PriorityLevelConfiguration, metadata: { name: slow },
          spec: { type: Limited, limited: { assuredConcurrencyShares: 5 } } }
        ---
        { apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: { name: tight }, spec: { privileged: false } }
        """;

    /// <summary>In the versions of current releases.</summary>
    private const string New = """
        { apiVersion: v1, kind: Namespace, metadata: { name: shop } }
        ---
        { apiVersion: batch/v1, kind: CronJob, metadata: { name: nightly, namespace: shop }, spec: { schedule: "0 3 * * *" } }
        ---
        { apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: all, namespace: shop },
          spec: { minAvailable: 1, selector: {} } }
        ---
        { apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: web, namespace: shop }, spec: { maxReplicas: 3,
          metrics: [{ type: Resource, resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } } }] } }
        """;

    public static TheoryData<string> Later => [.. SimulatedRelease.Names.Where(n => n != "1.20")];

    [Theory]
    [MemberData(nameof(Later))]
    public async Task A_point_of_1_20_restores_into_a_later_release(string release)
    {
        var point = await CaptureAsync("1.20", Old);
        await using var cluster = await StartAsync(release);
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);

        var plan = await PlanAsync(point, target);
        var report = await ApplyAsync(plan, point, target);

        Assert.Empty(report.Failures);
        Assert.Equal(["tight"], report.Incomplete.Select(i => i.Name));
        Assert.Contains("Pod Security admission", report.Incomplete[0].Reason, StringComparison.Ordinal);
        Assert.Equal("batch/v1beta1", plan.Steps.Single(s => s.Resource == KnownTypes.CronJobs).ConvertedFrom);
        Assert.Equal("0 3 * * *", (await ReadAsync(target, KnownTypes.CronJobs, "nightly")).Object("spec").Text("schedule"));
        var selector = (await ReadAsync(target, KnownTypes.PodDisruptionBudgets, "none")).Object("spec").Object("selector");
        Assert.Equal("Exists", selector.Objects("matchExpressions").Single().Text("operator"));
        var slice = await ReadAsync(target, KnownTypes.EndpointSlices, "outside");
        Assert.Equal("a", slice.Objects("endpoints").Single().Text("zone"));
        var level = (await ReadAsync(target, KnownTypes.PriorityLevelConfigurations, "slow")).Object("spec").Object("limited");
        Assert.Equal(5, level.Number(release == "1.25" ? "assuredConcurrencyShares" : "nominalConcurrencyShares"));
        await AssertUnchangedAsync(point, target);
    }

    [Theory]
    [InlineData("1.25")]
    [InlineData("1.36")]
    public async Task A_point_of_a_later_release_restores_into_1_20(string release)
    {
        var point = await CaptureAsync(release, New);
        await using var cluster = await StartAsync("1.20");
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);

        var report = await ApplyAsync(await PlanAsync(point, target), point, target);

        Assert.Empty(report.Failures);
        Assert.True(report.Complete);
        var selector = (await ReadAsync(target, KnownTypes.PodDisruptionBudgets, "all")).Object("spec").Object("selector");
        Assert.Equal("DoesNotExist", selector.Objects("matchExpressions").Single().Text("operator"));
        var scaler = (await ReadAsync(target, KnownTypes.HorizontalPodAutoscalers, "web")).Object("spec");
        Assert.Equal(80, scaler.Number("targetCPUUtilizationPercentage"));
        await AssertUnchangedAsync(point, target);
    }

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>What is restored once, is equal to the point in the target's versions.</summary>
    private static async Task AssertUnchangedAsync(RecoveryPointReader point, ClusterConnection target)
    {
        var again = await PlanAsync(point, target, ExistingPolicy.Replace);

        Assert.Empty(again.Steps.Where(s => s.Action is not (StepAction.Unchanged or StepAction.Skip)).Select(s => $"{s.Action} {s.Name}"));
    }

    private static async Task<SimulatedTestCluster> StartAsync(string release) =>
        await SimulatedTestCluster.StartAsync(new() { Release = SimulatedRelease.Of(release) });

    private static async Task<RecoveryPointReader> CaptureAsync(string release, string yaml)
    {
        await using var source = await StartAsync(release);
        using var connection = new ClusterConnection(source.Endpoint, TimeProvider.System);
        var surface = await Discovery.ReadAsync(connection, default);
        foreach (var manifest in YamlManifests.Parse(yaml))
        {
            var type = surface.Resources.Single(r => r.ApiVersion == manifest.Text("apiVersion") && r.Kind == manifest.Text("kind"));
            var ns = manifest.Object("metadata").Text("namespace");
            var written = await new ResourceWriter(connection).CreateAsync(type, ns, ManifestJson.Write(manifest), new("test"), default);
            Assert.True(written.Status == WriteStatus.Done, written.Message);
        }
        var vault = new MemoryStore(TimeProvider.System);
        var report = await new CaptureRun(connection, vault, TimeProvider.System).RunAsync(Name, new(), null, default);
        return await RecoveryPointReader.OpenAsync(vault, Name, report.Point, default);
    }

    private static Task<RestorePlan> PlanAsync(
        RecoveryPointReader point,
        ClusterConnection target,
        ExistingPolicy existing = ExistingPolicy.Skip
    ) =>
        TargetPlanner
            .Of(point, target, TimeProvider.System)
            .PlanAsync(
                new()
                {
                    Cluster = Name,
                    Point = point.Seal.Point,
                    IntoOtherCluster = true,
                    Existing = existing,
                },
                "0a1b2c3d4e5f",
                null,
                default
            );

    private async Task<RestoreReport> ApplyAsync(RestorePlan plan, RecoveryPointReader point, ClusterConnection target)
    {
        using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));
        return await new RestoreRun(point, target, log, TimeProvider.System).RunAsync(plan, null, default);
    }

    private static async Task<JsonObject> ReadAsync(ClusterConnection target, string groupResource, string name)
    {
        var type = (await Discovery.ReadAsync(target, default)).Resources.Single(r => r.GroupResource == groupResource);
        var read = await new ResourceWriter(target).GetAsync(type, type.Namespaced ? "shop" : null, name, default);
        return ManifestJson.Parse(read.Body.Span);
    }
}
