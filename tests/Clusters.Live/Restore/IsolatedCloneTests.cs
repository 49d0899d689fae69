using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Clones;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Restore;

[Collection(LiveRestoreCollection.Name)]
public sealed class LiveIsolatedCloneTests(LiveRestoreFixture live) : IsolatedCloneBehaviour(live.Cluster);

public sealed class SimulatedIsolatedCloneTests(SimulatedCloneCluster simulated)
    : IsolatedCloneBehaviour(simulated.Cluster),
        IClassFixture<SimulatedCloneCluster>;

public sealed class SimulatedCloneCluster : IAsyncLifetime
{
    public SimulatedTestCluster Cluster { get; private set; } = null!;

    public async Task InitializeAsync() => Cluster = await SimulatedTestCluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();
}

/// <summary>docs/restore.md, "A clone for staging, with other hosts": beside its source, of which nothing changes.</summary>
public abstract class IsolatedCloneBehaviour(ITestCluster cluster)
{
    private const string Shop = "clone-shop";
    private const string Staging = "clone-staging";

    private static readonly ServerRelease CronJobsInV1 = new(1, 21);
    private static readonly ResourceType Ingresses = new("networking.k8s.io", "v1", "ingresses", "Ingress", true);
    private static readonly ResourceType Policies = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", true);

    [SkippableFact]
    public async Task A_clone_is_isolated_and_nothing_of_its_source_changes()
    {
        using var target = new RestoreTarget(cluster);
        var server = ServerRelease.Parse((await ClusterIdentity.ReadAsync(target.Direct, default)).ServerVersion)!.Value;
        var cronJobs = new ResourceType("batch", server.IsBefore(CronJobsInV1) ? "v1beta1" : "v1", "cronjobs", "CronJob", true);
        await SeedAsync(target, cronJobs);
        var vault = new MemoryStore();
        var point = await SettledAsync(target, vault);
        var request = new RestoreRequest
        {
            Cluster = point.Seal.Cluster,
            Point = point.Seal.Point,
            Selection = new() { Namespaces = [Shop] },
            NamespaceMapping = Map(Shop, Staging),
            Mappings = new() { Hosts = Map("*.example.com", "*.staging.example.com"), Registries = Map("docker.io", "mirror.example.net") },
        };
        var plan = await PlanAsync(target, point, request);

        var report = await target.ApplyAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.True((await SpecAsync(target, cronJobs, "bills")).Flag("suspend"));
        Assert.Equal("ClusterIP", (await SpecAsync(target, RestoreTarget.Services, "front")).Text("type"));
        var host = (await SpecAsync(target, Ingresses, "front")).Objects("rules").Single().Text("host");
        Assert.Equal("shop.staging.example.com", host);
        var pod = (await SpecAsync(target, RestoreTarget.Deployments, "cart")).Object("template").Object("spec");
        Assert.Equal("mirror.example.net/library/cart:1", pod.Objects("containers").Single().Text("image"));
        Assert.True(
            JsonNode.DeepEquals(Parsed(ClonePolicy.Manifest(Staging)["spec"]!), await SpecAsync(target, Policies, ClonePolicy.Name))
        );
        Assert.Equal(await ShopAsync(point), await ShopAsync(await CaptureAsync(target, vault)));
        var again = await PlanAsync(target, point, request);
        Assert.DoesNotContain(again.Steps, s => s.Action is not (StepAction.Unchanged or StepAction.Skip));
    }

    private static JsonNode? Parsed(JsonNode made) => JsonNode.Parse(made.ToJsonString());

    private static async Task<JsonObject> SpecAsync(RestoreTarget target, ResourceType type, string name) =>
        (await target.GetAsync(type, Staging, name)).Object("spec")!;

    /// <summary>Every manifest of the source, byte for byte.</summary>
    private static async Task<IReadOnlyList<string>> ShopAsync(RecoveryPointReader point)
    {
        var found = new List<string>();
        foreach (var segment in point.Inventory.Segments.Where(s => s.Namespace == Shop))
            for (var part = 0; part < segment.Parts.Length; part++)
                found.AddRange(
                    (await point.ReadPartAsync(segment, part, default)).Select(m => System.Text.Encoding.UTF8.GetString(m.Span))
                );
        return found;
    }

    private static async Task SeedAsync(RestoreTarget target, ResourceType cronJobs)
    {
        const string Pods =
            """{"metadata":{"labels":{"app":"cart"}},"spec":{"restartPolicy":"RESTART","containers":[{"name":"c","image":"cart:1"}]}}""";
        await CreateAsync(RestoreTarget.Namespaces, null, Shop, "Namespace", "v1", "{}");
        await CreateAsync(
            RestoreTarget.Deployments,
            Shop,
            "cart",
            "Deployment",
            "apps/v1",
            """{"replicas":1,"selector":{"matchLabels":{"app":"cart"}},"template":PODS}""".Replace(
                "PODS",
                Template("Always"),
                StringComparison.Ordinal
            )
        );
        await CreateAsync(
            cronJobs,
            Shop,
            "bills",
            "CronJob",
            cronJobs.ApiVersion,
            """{"schedule":"0 3 1 1 *","jobTemplate":{"spec":{"template":PODS}}}""".Replace(
                "PODS",
                Template("Never"),
                StringComparison.Ordinal
            )
        );
        await CreateAsync(
            RestoreTarget.Services,
            Shop,
            "front",
            "Service",
            "v1",
            """{"type":"LoadBalancer","externalTrafficPolicy":"Local","selector":{"app":"cart"},"ports":[{"port":80,"protocol":"TCP"}]}"""
        );
        await CreateAsync(
            Ingresses,
            Shop,
            "front",
            "Ingress",
            "networking.k8s.io/v1",
            """{"rules":[{"host":"shop.example.com"},{"host":"shop.example.org"}]}"""
        );

        static string Template(string restarts) => Pods.Replace("RESTART", restarts, StringComparison.Ordinal);

        Task CreateAsync(ResourceType type, string? ns, string name, string kind, string version, string spec)
        {
            var metadata = ns is null ? $$"""{"name":"{{name}}"}""" : $$"""{"name":"{{name}}","namespace":"{{ns}}"}""";
            var manifest = $"{{\"apiVersion\":\"{version}\",\"kind\":\"{kind}\",\"metadata\":{metadata},\"spec\":{spec}}}";
            return target.CreateAsync(type, ns, manifest);
        }
    }

    /// <summary>A point of the source once its controllers have done what they do for new objects.</summary>
    private static async Task<RecoveryPointReader> SettledAsync(RestoreTarget target, MemoryStore vault)
    {
        var before = await ShopAsync(await CaptureAsync(target, vault));
        for (var attempt = 0; attempt < 60; attempt++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
            var point = await CaptureAsync(target, vault);
            var now = await ShopAsync(point);
            if (now.SequenceEqual(before, StringComparer.Ordinal))
                return point;
            before = now;
        }
        throw new InvalidOperationException("the source doesn't settle");
    }

    private static async Task<RecoveryPointReader> CaptureAsync(RestoreTarget target, MemoryStore vault)
    {
        var name = ClusterName.Parse("clone");
        var report = await new CaptureRun(target.Direct, vault, TimeProvider.System).RunAsync(name, new(), null, default);
        return await RecoveryPointReader.OpenAsync(vault, name, report.Point, default);
    }

    private static Task<RestorePlan> PlanAsync(RestoreTarget target, RecoveryPointReader point, RestoreRequest request) =>
        TargetPlanner.Of(point, target.Direct, TimeProvider.System).PlanAsync(request, "0123456789ab", null, default);

    private static ImmutableSortedDictionary<string, string> Map(string captured, string mapped) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add(captured, mapped);
}
