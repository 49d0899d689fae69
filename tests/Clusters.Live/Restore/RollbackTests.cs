using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Applying;
using Holdfast.TestKit.Runs;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Preconditions, orphaning and waiting as a real server and its garbage collector do them.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class RollbackTests(LiveRestoreFixture live)
{
    private const string Ns = "rolled-back";

    private readonly MemoryStore vault = new();

    [SkippableFact]
    public async Task A_rollback_deletes_and_recreates_and_is_undone_by_another()
    {
        using var target = new RestoreTarget(live.ClusterWithControllers) { Limits = new() };
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"rolled-back"}}"""
        );
        await target.CreateAsync(RestoreTarget.Deployments, Ns, Deployment("web", "one"));
        await target.CreateAsync(RestoreTarget.ConfigMaps, Ns, ConfigMap("settings"));
        var point = await CaptureAsync(target);
        await target.DeleteAsync(RestoreTarget.Deployments, Ns, "web");
        await target.UntilAsync(RestoreTarget.Deployments, Ns, "web", live => live is null);
        await target.CreateAsync(RestoreTarget.Deployments, Ns, Deployment("web", "two"));
        await target.CreateAsync(RestoreTarget.ConfigMaps, Ns, ConfigMap("added"));
        var safety = await CaptureAsync(target);

        var report = await RollBackAsync(target, point, "0123456789ab");

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.Equal((1, 1), (report.Counts["Deleted"], report.Counts["Recreated"]));
        Assert.Null(await target.FindAsync(RestoreTarget.ConfigMaps, Ns, "added"));
        Assert.Equal("one", await LabelAsync(target));

        using var later = new RestoreTarget(live.ClusterWithControllers) { Limits = new() };
        var undone = await RollBackAsync(later, safety, "ba9876543210");

        Assert.True(undone.Complete, string.Join("; ", undone.Failures.Concat(undone.Incomplete)));
        Assert.NotNull(await target.FindAsync(RestoreTarget.ConfigMaps, Ns, "added"));
        Assert.Equal("two", await LabelAsync(target));
    }

    private static async Task<string?> LabelAsync(RestoreTarget target) =>
        (await target.GetAsync(RestoreTarget.Deployments, Ns, "web")).Object("spec").Object("selector").Object("matchLabels").Text("app");

    private async Task<RecoveryPointReader> CaptureAsync(RestoreTarget target)
    {
        var cluster = ClusterName.Parse("rollback");
        var report = await new CaptureRun(target.Direct, vault, TimeProvider.System).RunAsync(
            cluster,
            new() { Scope = new() { Namespaces = [Ns] } },
            null,
            default
        );
        return await RecoveryPointReader.OpenAsync(vault, cluster, report.Point, default);
    }

    private static async Task<RestoreReport> RollBackAsync(RestoreTarget target, RecoveryPointReader point, string name)
    {
        var request = new RestoreRequest
        {
            Cluster = point.Seal.Cluster,
            Point = point.Seal.Point,
            Existing = ExistingPolicy.Rollback,
            Selection = new() { Namespaces = [Ns] },
        };
        // Its status moves until its Pods are there, and a deletion asks for the revision that the plan saw.
        await target.UntilAsync(RestoreTarget.Deployments, Ns, "web", live => live.Object("status").Number("observedGeneration") is > 0);
        var plan = await TargetPlanner.Of(point, target.Direct, TimeProvider.System).PlanAsync(request, name, null, default);
        return await target.ApplyAsync(plan, point);
    }

    private static string ConfigMap(string name) =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}","namespace":"rolled-back"},"data":{"a":"b"}}""";

    private static string Deployment(string name, string app) =>
        """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"NAME","namespace":"rolled-back"},
             "spec":{"replicas":1,"selector":{"matchLabels":{"app":"APP"}},
              "template":{"metadata":{"labels":{"app":"APP"}},
               "spec":{"containers":[{"name":"c","image":"registry.example.com/c"}]}}}}
            """.Replace("NAME", name, StringComparison.Ordinal).Replace("APP", app, StringComparison.Ordinal);
}
