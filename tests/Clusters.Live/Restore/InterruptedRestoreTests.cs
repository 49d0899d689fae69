using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

[Collection(LiveRestoreCollection.Name)]
public sealed class InterruptedRestoreTests(LiveRestoreFixture live)
{
    [SkippableTheory]
    [InlineData(1), InlineData(7), InlineData(30), InlineData(63)]
    public async Task A_restore_cancelled_after_n_outcomes_and_resumed_ends_equal_to_one_that_was_not(int outcomes)
    {
        using var whole = new RestoreTarget(live.Cluster);
        using var broken = new RestoreTarget(live.Cluster);
        await whole.ApplyAsync(Sample($"whole-{outcomes}"));
        var sample = Sample($"broken-{outcomes}");
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, await broken.UidAsync());
        using var killed = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            broken.ApplyAsync(plan, point, new CancelAfter(outcomes, killed), killed.Token)
        );
        var report = await broken.ApplyAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(plan.Steps.Length, report.Counts["Created"]);
        Assert.Equal(await DumpAsync(whole, $"whole-{outcomes}"), await DumpAsync(broken, $"broken-{outcomes}"));
    }

    [SkippableFact]
    public async Task A_run_whose_outcomes_were_lost_knows_its_own_objects_by_its_field_manager()
    {
        using var target = new RestoreTarget(live.Cluster);
        var sample = Sample("forgotten");
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, await target.UidAsync());
        await target.ApplyAsync(plan with { Steps = [.. plan.Steps.Where(s => s.Stage < RestoreStage.CustomResources)] }, point);
        File.Delete(target.LogPath);

        var report = await target.ApplyAsync(plan, point);

        // But for the one whose managedFields were put back: it is the applier's again, and there already.
        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal((plan.Steps.Length - 1, 1), (report.Counts["Created"], report.Counts["Unchanged"]));
    }

    [SkippableFact]
    public async Task A_finished_run_does_nothing_when_run_again()
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var target = new RestoreTarget(proxy, live.Cluster);
        var sample = Sample("twice");
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, await target.UidAsync());
        var first = await target.ApplyAsync(plan, point);
        proxy.Requests.Clear();

        var second = await target.ApplyAsync(plan, point);

        Assert.Equal(first.Counts, second.Counts);
        Assert.All(proxy.Requests, r => Assert.Equal("GET", r.Method));
    }

    [SkippableFact]
    public async Task Throttling_and_cut_connections_cost_time_and_nothing_else()
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var target = new RestoreTarget(proxy, live.Cluster);
        proxy.Inject(Fault.Answer(429, "TooManyRequests", "slow down", ("Retry-After", "0")), r => r.Method == "POST", first: 5, times: 20);
        proxy.Inject(Fault.LoseAnswer(), r => r.Method == "POST", first: 10, times: 10);
        proxy.Inject(Fault.LoseAnswer(), r => r.Method == "PATCH", times: 1);

        var report = await target.ApplyAsync(Sample("faults"));

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        Assert.Equal(Sample("faults").Count, report.Counts["Created"]);
        using var whole = new RestoreTarget(live.Cluster);
        await whole.ApplyAsync(Sample("no-faults"));
        Assert.Equal(await DumpAsync(whole, "no-faults"), await DumpAsync(target, "faults"));
    }

    [SkippableFact]
    public async Task A_log_of_another_run_is_refused()
    {
        using var target = new RestoreTarget(live.Cluster);
        var sample = Sample("other-run");
        var point = await sample.WriteAsync();
        var plan = await sample.PlanAsync(point, await target.UidAsync());
        using (var log = new OutcomeLog(target.LogPath))
            log.Open("ffffffffffff");

        var refused = await Assert.ThrowsAsync<RestoreException>(() => target.ApplyAsync(plan, point));

        Assert.Equal(RestoreRefusal.BadPlan, refused.Refusal);
        Assert.Null(await target.FindAsync(RestoreTarget.Namespaces, null, "other-run"));
    }

    [SkippableFact]
    public async Task A_plan_for_another_cluster_is_refused_before_anything_is_written()
    {
        using var target = new RestoreTarget(live.Cluster);
        var sample = Sample("elsewhere");
        var point = await sample.WriteAsync();

        var refused = await Assert.ThrowsAsync<RestoreException>(async () =>
            await target.ApplyAsync(await sample.PlanAsync(point, RestoreTarget.DeadUid), point)
        );

        Assert.Equal(RestoreRefusal.OtherCluster, refused.Refusal);
        Assert.Null(await target.FindAsync(RestoreTarget.Namespaces, null, "elsewhere"));
    }

    // Custom types, owners before and after what they own, an applier's fields: whatever needs more than one write.
    private static SampleRestore Sample(string ns)
    {
        var group = $"{ns}.example.com";
        var (widgets, definition) = RestoreTarget.Widget(group);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Definitions, definition)
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(ns))
            .Add(
                RestoreTarget.ConfigMaps,
                With(
                    RestoreTarget.ConfigMap(ns, "applied"),
                    "managedFields",
                    """[{"manager":"gitops","operation":"Apply","apiVersion":"v1","time":"2026-01-01T00:00:00Z", """
                        + """ "fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{}}}}]"""
                )
            );
        for (var i = 0; i < 30; i++)
        {
            sample.Add(
                RestoreTarget.ConfigMaps,
                With(
                    RestoreTarget.ConfigMap(ns, $"owned-{i:00}"),
                    "ownerReferences",
                    $"[{RestoreTarget.Owner($"{group}/v1", "Widget", $"w-{i % 3}")}]"
                )
            );
            sample.Add(
                widgets,
                $$"""{"apiVersion":"{{group}}/v1","kind":"Widget","metadata":{"name":"w-{{i}}","namespace":"{{ns}}"},"spec":{"n":{{i}}} }"""
            );
        }
        return sample;
    }

    private static JsonObject With(string manifest, string field, string value)
    {
        var changed = (JsonObject)JsonNode.Parse(manifest)!;
        changed.Ensure("metadata")[field] = JsonNode.Parse(value);
        return changed;
    }

    /// <summary>What a person would compare: everything but what names the server's moments and this very namespace.</summary>
    private static async Task<List<string>> DumpAsync(RestoreTarget target, string ns)
    {
        var (widgets, _) = RestoreTarget.Widget($"{ns}.example.com");
        var names = Enumerable.Range(0, 30).ToDictionary(i => $"w-{i}", _ => "");
        foreach (var name in names.Keys)
            names[name] = (await target.GetAsync(widgets, ns, name)).Object("metadata").Text("uid")!;
        var dump = new List<string>();
        foreach (
            var (type, name) in names
                .Keys.Select(n => (widgets, n))
                .Concat(Enumerable.Range(0, 30).Select(i => (RestoreTarget.ConfigMaps, $"owned-{i:00}")))
                .Append((RestoreTarget.ConfigMaps, "applied"))
        )
        {
            var live = await target.GetAsync(type, ns, name);
            foreach (var field in (string[])["uid", "resourceVersion", "creationTimestamp", "generation", "selfLink"])
                live.Ensure("metadata").Remove(field);
            foreach (var entry in live.Object("metadata").Objects("managedFields"))
                entry.Remove("time");
            var text = live.ToJsonString().Replace(ns, "NS", StringComparison.Ordinal);
            foreach (var (owner, uid) in names)
                text = text.Replace(uid, $"uid of {owner}", StringComparison.Ordinal);
            dump.Add(text);
        }
        return dump;
    }

    private sealed class CancelAfter(int outcomes, CancellationTokenSource killed) : IProgress<RestoreProgress>
    {
        public void Report(RestoreProgress value)
        {
            if (value.Done >= outcomes)
                killed.Cancel();
        }
    }
}
