using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>The target has moved between plan and apply.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class MovedTargetTests(LiveRestoreFixture live)
{
    [SkippableTheory]
    [
        InlineData(ExistingPolicy.Skip, "Skipped", "theirs"),
        InlineData(ExistingPolicy.Update, "Updated", "1"),
        InlineData(ExistingPolicy.Replace, "Replaced", "1"),
        InlineData(ExistingPolicy.Fail, "Failed", "theirs")
    ]
    public async Task An_object_that_appeared_since_the_plan_is_handled_by_the_policy_and_reported(
        ExistingPolicy policy,
        string outcome,
        string value
    )
    {
        var ns = $"appeared-{policy}".ToLowerInvariant();
        using var target = new RestoreTarget(live.Cluster);
        await MakeNamespaceAsync(target, ns);
        var sample = new SampleRestore().Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(ns, "a"));
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, await target.UidAsync(), SampleRestore.RequestFor(point) with { Existing = policy });
        await target.CreateAsync(
            RestoreTarget.ConfigMaps,
            ns,
            RestoreTarget.ConfigMap(ns, "a", "theirs").Replace("\"resourceVersion\":\"1\",", "", StringComparison.Ordinal)
        );

        var report = await target.ApplyAsync(plan, point);

        Assert.Equal(1, report.Counts[outcome]);
        Assert.Contains(
            "appeared since the plan",
            report.Notes.Concat(report.Failures.Select(f => f.Reason)).Single(),
            StringComparison.Ordinal
        );
        Assert.Equal(value, (await target.GetAsync(RestoreTarget.ConfigMaps, ns, "a")).Object("data").Text("k"));
    }

    [SkippableTheory]
    [InlineData(StepAction.Replace, "Replaced"), InlineData(StepAction.Update, "Updated")]
    public async Task A_change_of_status_alone_since_the_plan_does_not_stop_a_step(StepAction action, string outcome)
    {
        var ns = $"churn-{action}".ToLowerInvariant();
        using var target = new RestoreTarget(live.Cluster);
        var (plan, point) = await PlanOverAsync(target, ns, action);
        await target.PatchAsync(RestoreTarget.Deployments, ns, "web", """{"status":{"observedGeneration":1,"replicas":7}}""", "status");

        var report = await target.ApplyAsync(plan, point);

        Assert.Equal((1, true), (report.Counts[outcome], report.Complete));
        Assert.Equal(2, (await target.GetAsync(RestoreTarget.Deployments, ns, "web")).Object("spec").Number("replicas"));
    }

    [SkippableTheory]
    [InlineData(StepAction.Replace), InlineData(StepAction.Update)]
    public async Task A_change_of_content_since_the_plan_fails_the_step_and_stays(StepAction action)
    {
        var ns = $"moved-{action}".ToLowerInvariant();
        using var target = new RestoreTarget(live.Cluster);
        var (plan, point) = await PlanOverAsync(target, ns, action);
        await target.PatchAsync(RestoreTarget.Deployments, ns, "web", """{"spec":{"replicas":9}}""");

        var report = await target.ApplyAsync(plan, point);

        Assert.Contains("changed since", Assert.Single(report.Failures).Reason, StringComparison.Ordinal);
        Assert.False(report.Complete);
        Assert.Equal(9, (await target.GetAsync(RestoreTarget.Deployments, ns, "web")).Object("spec").Number("replicas"));
    }

    [SkippableTheory]
    [InlineData(StepAction.Replace), InlineData(StepAction.Update)]
    public async Task An_object_deleted_since_the_plan_is_created_again_and_reported(StepAction action)
    {
        var ns = $"gone-{action}".ToLowerInvariant();
        using var target = new RestoreTarget(live.Cluster);
        var (plan, point) = await PlanOverAsync(target, ns, action);
        await target.DeleteAsync(RestoreTarget.Deployments, ns, "web");
        await target.UntilAsync(RestoreTarget.Deployments, ns, "web", web => web is null);

        var report = await target.ApplyAsync(plan, point);

        Assert.Equal((1, true), (report.Counts["Created"], report.Complete));
        Assert.Contains("deleted", Assert.Single(report.Notes), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_namespace_deleted_since_the_plan_is_created_again_with_all_that_the_plan_had_left_alone()
    {
        const string Ns = "deleted-by-hand";
        using var target = new RestoreTarget(live.ClusterWithControllers);
        var planned = await MakeNamespaceAsync(target, Ns);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(Ns, "present"))
            .Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(Ns, "missing"));
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(
            point,
            await target.UidAsync(),
            change: step =>
                step.Name switch
                {
                    Ns => step with { Action = StepAction.Unchanged, LiveUid = planned, LiveRevision = "1" },
                    "present" => step with { Action = StepAction.Unchanged, LiveUid = RestoreTarget.DeadUid, LiveRevision = "1" },
                    _ => step,
                }
        );
        await target.DeleteAsync(RestoreTarget.Namespaces, null, Ns);

        // Still terminating when the restore begins: it is waited for.
        var report = await target.ApplyAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(3, report.Counts["Created"]);
        Assert.Equal(2, report.Notes.Count(n => n.Contains("created again", StringComparison.Ordinal)));
        Assert.Equal("yes", (await target.GetAsync(RestoreTarget.Namespaces, null, Ns)).Object("metadata").Object("labels").Text("kept"));
        Assert.NotNull(await target.FindAsync(RestoreTarget.ConfigMaps, Ns, "present"));
    }

    private static async Task<string> MakeNamespaceAsync(RestoreTarget target, string ns) =>
        (
            await target.CreateAsync(
                RestoreTarget.Namespaces,
                null,
                $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{ns}}"} }"""
            )
        )
            .Object("metadata")
            .Text("uid")!;

    private static string Deployment(string ns, int replicas) =>
        $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"{{ns}}"},"spec":{"replicas":{{replicas}},
             "paused":true,"selector":{"matchLabels":{"app":"web"} },
             "template":{"metadata":{"labels":{"app":"web"} },"spec":{"containers":[{"name":"c","image":"i"}]} } } }
            """;

    /// <summary>A Deployment in a new namespace, and a plan that would change its replicas from 3 to 2.</summary>
    private static async Task<(RestorePlan Plan, Archive.Points.RecoveryPointReader Point)> PlanOverAsync(
        RestoreTarget target,
        string ns,
        StepAction action
    )
    {
        await MakeNamespaceAsync(target, ns);
        await target.CreateAsync(RestoreTarget.Deployments, ns, Deployment(ns, 3));
        var seen = await target.GetAsync(RestoreTarget.Deployments, ns, "web");
        var captured = (System.Text.Json.Nodes.JsonObject)seen.DeepClone();
        captured.Ensure("spec")["replicas"] = 2;
        var sample = new SampleRestore().Add(RestoreTarget.Deployments, captured);
        var point = await sample.WriteAsync();
        var request = SampleRestore.RequestFor(point) with
        {
            Existing = action == StepAction.Update ? ExistingPolicy.Update : ExistingPolicy.Replace,
        };
        var plan = await sample.PlanAsync(
            point,
            await target.UidAsync(),
            request,
            step =>
                step with
                {
                    Action = action,
                    LiveUid = seen.Object("metadata").Text("uid"),
                    LiveRevision = seen.Object("metadata").Text("resourceVersion"),
                    Diff = [new("/spec/replicas", "3", "2")],
                }
        );
        return (plan, point);
    }
}
