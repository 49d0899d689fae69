using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Capture, damage, plan, apply, plan again: once applied, nothing is left to do.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class PlannedRestoreTests(LiveRestoreFixture live)
{
    private static readonly ResourceType Pods = new("", "v1", "pods", "Pod", true);
    private static readonly ResourceType ReplicaSets = new("apps", "v1", "replicasets", "ReplicaSet", true);

    [SkippableFact]
    public async Task A_deleted_namespace_comes_back_and_planning_again_finds_nothing_to_do()
    {
        const string Ns = "planned-deleted";
        using var target = new RestoreTarget(live.ClusterWithControllers);
        await SeedAsync(target, Ns);
        var point = await CaptureAsync(target, "deleted");
        await target.DeleteAsync(RestoreTarget.Namespaces, null, Ns);
        var request = Request(point, Ns, ExistingPolicy.Replace);

        // Still terminating at planning, or gone: both must do.
        var report = await target.ApplyAsync(await PlanAsync(target, point, request), point);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        await AssertNothingLeftAsync(target, point, request);
        var account = await target.GetAsync(RestoreTarget.ServiceAccounts, Ns, "default");
        Assert.Equal("registry", Assert.Single(account.Objects("imagePullSecrets")).Text("name"));
        AssertAppliersOwn(await target.GetAsync(RestoreTarget.Deployments, Ns, "web"));
    }

    [SkippableTheory]
    [InlineData(ExistingPolicy.Update), InlineData(ExistingPolicy.Replace)]
    public async Task Damage_is_undone_and_planning_again_finds_nothing_to_do(ExistingPolicy policy)
    {
        var ns = $"planned-{policy}".ToLowerInvariant();
        using var target = new RestoreTarget(live.ClusterWithControllers);
        await SeedAsync(target, ns);
        var point = await CaptureAsync(target, ns);
        await target.PatchAsync(
            RestoreTarget.ConfigMaps,
            ns,
            "settings",
            """{"data":{"k":"damaged","added":"x"},"metadata":{"labels":{"app":null}}}"""
        );
        await target.PatchAsync(RestoreTarget.Secrets, ns, "password", """{"data":{"p":"ZGFtYWdlZA=="}}""");
        await target.PatchAsync(
            RestoreTarget.Deployments,
            ns,
            "web",
            """{"spec":{"replicas":0,"template":{"metadata":{"annotations":{"damaged":"yes"}}}}}"""
        );
        await target.PatchAsync(RestoreTarget.Services, ns, "web", """{"spec":{"selector":{"app":"wrong"}}}""");
        var address = (await target.GetAsync(RestoreTarget.Services, ns, "web")).Object("spec").Text("clusterIP");
        var request = Request(point, ns, policy);
        var plan = await PlanAsync(target, point, request);

        var report = await target.ApplyAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(4, report.Counts[policy == ExistingPolicy.Update ? "Updated" : "Replaced"]);
        Assert.Empty(report.Notes);
        await AssertNothingLeftAsync(target, point, request);
        Assert.Equal(address, (await target.GetAsync(RestoreTarget.Services, ns, "web")).Object("spec").Text("clusterIP"));
        AssertAppliersOwn(await target.GetAsync(RestoreTarget.Deployments, ns, "web"));
        var settings = await target.GetAsync(RestoreTarget.ConfigMaps, ns, "settings");
        Assert.Equal(policy == ExistingPolicy.Update ? ["added", "k"] : ["k"], settings.Object("data")!.Select(d => d.Key).Order());
    }

    [SkippableFact]
    public async Task An_outdated_plan_changes_only_what_it_showed()
    {
        const string Ns = "planned-old";
        using var target = new RestoreTarget(live.ClusterWithControllers);
        await SeedAsync(target, Ns);
        var point = await CaptureAsync(target, "old");
        await target.PatchAsync(RestoreTarget.ConfigMaps, Ns, "settings", """{"data":{"k":"damaged"}}""");
        await target.PatchAsync(RestoreTarget.Secrets, Ns, "password", """{"data":{"p":"ZGFtYWdlZA=="}}""");
        await target.PatchAsync(RestoreTarget.Deployments, Ns, "web", """{"spec":{"replicas":0}}""");
        var plan = await PlanAsync(target, point, Request(point, Ns, ExistingPolicy.Replace));
        await target.PatchAsync(RestoreTarget.ConfigMaps, Ns, "settings", """{"data":{"k":"edited since"}}""");
        await target.PatchAsync(RestoreTarget.Secrets, Ns, "password", """{"data":{"p":"ZWRpdGVk"}}""");
        await target.PatchAsync(
            RestoreTarget.Deployments,
            Ns,
            "web",
            """{"status":{"conditions":[{"type":"Available","status":"False","reason":"churn"}]}}""",
            "status"
        );

        var report = await target.ApplyAsync(plan, point);

        Assert.Equal(["password", "settings"], report.Failures.Select(f => f.Name).Order());
        Assert.All(report.Failures, f => Assert.Contains("changed since", f.Reason, StringComparison.Ordinal));
        Assert.Equal(1, report.Counts["Replaced"]);
        Assert.Equal("edited since", (await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "settings")).Object("data").Text("k"));
    }

    // A Deployment with what its controllers make, applied by a GitOps tool; a Service with an address; the account that the namespace
    // makes.
    private static async Task SeedAsync(RestoreTarget target, string ns)
    {
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{ns}}","labels":{"team":"a"} } }"""
        );
        await target.CreateAsync(
            RestoreTarget.ConfigMaps,
            ns,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","labels":{"app":"web"} },"data":{"k":"1"} }"""
        );
        await target.CreateAsync(
            RestoreTarget.Secrets,
            ns,
            """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"password"},"data":{"p":"aHVudGVyMg=="} }"""
        );
        await target.CreateAsync(
            RestoreTarget.Services,
            ns,
            """{"apiVersion":"v1","kind":"Service","metadata":{"name":"web"},"spec":{"selector":{"app":"web"},"ports":[{"port":80}]} }"""
        );
        await target.UntilAsync(RestoreTarget.ServiceAccounts, ns, "default", account => account is not null);
        await target.PatchAsync(RestoreTarget.ServiceAccounts, ns, "default", """{"imagePullSecrets":[{"name":"registry"}]}""");
        await target.ServerSideApplyAsync(
            RestoreTarget.Deployments,
            ns,
            "web",
            """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"replicas":2,
             "selector":{"matchLabels":{"app":"web"} },
             "template":{"metadata":{"labels":{"app":"web"} },"spec":{"containers":[{"name":"c","image":"i"}]} } } }
            """,
            "gitops"
        );
        await target.UntilAsync(RestoreTarget.Deployments, ns, "web", web => web.Object("status").Number("replicas") == 2);
    }

    private static async Task<RecoveryPointReader> CaptureAsync(RestoreTarget target, string name)
    {
        var vault = new MemoryStore();
        var cluster = ClusterName.Parse(name);
        var report = await new CaptureRun(target.Direct, vault, TimeProvider.System).RunAsync(cluster, new(), null, default);
        return await RecoveryPointReader.OpenAsync(vault, cluster, report.Point, default);
    }

    private static RestoreRequest Request(RecoveryPointReader point, string ns, ExistingPolicy policy) =>
        new()
        {
            Cluster = point.Seal.Cluster,
            Point = point.Seal.Point,
            Existing = policy,
            Selection = new() { Namespaces = [ns] },
        };

    private static Task<RestorePlan> PlanAsync(
        RestoreTarget target,
        RecoveryPointReader point,
        RestoreRequest request,
        string run = "0123456789ab"
    ) => TargetPlanner.Of(point, target.Direct, TimeProvider.System).PlanAsync(request, run, null, default);

    private static void AssertAppliersOwn(System.Text.Json.Nodes.JsonObject live)
    {
        var managers = live.Object("metadata").Objects("managedFields").ToList();
        Assert.Equal("gitops", Assert.Single(managers, m => m.Text("operation") == "Apply").Text("manager"));
        Assert.DoesNotContain(managers, m => m.Text("manager")!.StartsWith("holdfast", StringComparison.Ordinal));
    }

    private static async Task AssertNothingLeftAsync(RestoreTarget target, RecoveryPointReader point, RestoreRequest request)
    {
        var again = await PlanAsync(target, point, request, "ba9876543210");
        Assert.DoesNotContain(
            again.Steps,
            s => s.Action is StepAction.Create or StepAction.Update or StepAction.Replace or StepAction.Delete
        );
        Assert.Contains(again.Steps, s => s.Action == StepAction.Unchanged && s.Resource == RestoreTarget.Deployments.GroupResource);
        Assert.DoesNotContain(
            again.Steps,
            s => s.Action == StepAction.Unchanged && s.Resource is var r && (r == Pods.GroupResource || r == ReplicaSets.GroupResource)
        );
    }
}
