using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>
/// The run's field manager, which is its mark, and what becomes of the managers that were there before (docs/decisions/0005-marks.md).
/// </summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class MarkTests(LiveRestoreFixture live)
{
    private const string Gitops =
        """[{"manager":"gitops","operation":"Apply","apiVersion":"v1","time":"2026-01-01T00:00:00Z", """
        + """ "fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:k":{},"f:extra":{}}}}]""";

    [SkippableFact]
    public async Task An_applier_that_owned_a_key_before_can_still_remove_it()
    {
        const string Ns = "gitops";
        using var target = new RestoreTarget(live.Cluster);

        var report = await target.ApplyAsync(
            new SampleRestore().Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns)).Add(RestoreTarget.ConfigMaps, Applied(Ns))
        );

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        var restored = await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "applied");
        Assert.Equal("2", restored.Object("data").Text("extra"));
        Assert.Equal("gitops", Assert.Single(restored.Object("metadata").Objects("managedFields")).Text("manager"));
        var applied = await target.ServerSideApplyAsync(
            RestoreTarget.ConfigMaps,
            Ns,
            "applied",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"k":"1"} }""",
            "gitops"
        );
        Assert.Equal(["k"], applied.Object("data")!.Select(d => d.Key));
    }

    [SkippableFact]
    public async Task An_applier_can_still_remove_a_key_that_an_update_has_put_back()
    {
        const string Ns = "gitops-update";
        using var target = new RestoreTarget(live.Cluster);
        await target.CreateAsync(
            RestoreTarget.Namespaces,
            null,
            $$"""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"{{Ns}}"} }"""
        );
        await target.ServerSideApplyAsync(
            RestoreTarget.ConfigMaps,
            Ns,
            "applied",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"k":"1"} }""",
            "gitops"
        );
        await target.ServerSideApplyAsync(
            RestoreTarget.ConfigMaps,
            Ns,
            "applied",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"other":"3"} }""",
            "another"
        );
        var found = await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "applied");

        var report = await target.ApplyAsync(
            new SampleRestore().Add(RestoreTarget.ConfigMaps, Applied(Ns)),
            change: step =>
                step with
                {
                    Action = StepAction.Update,
                    LiveUid = found.Object("metadata").Text("uid"),
                    LiveRevision = found.Object("metadata").Text("resourceVersion"),
                }
        );

        Assert.True(report.Complete, string.Join("; ", report.Failures));
        var restored = await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "applied");
        Assert.Equal(["another", "gitops"], restored.Object("metadata").Objects("managedFields").Select(m => m.Text("manager")).Order());
        var applied = await target.ServerSideApplyAsync(
            RestoreTarget.ConfigMaps,
            Ns,
            "applied",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"k":"1"} }""",
            "gitops"
        );
        Assert.Equal(["k", "other"], applied.Object("data")!.Select(d => d.Key).Order());
    }

    [SkippableFact]
    public async Task Objects_that_had_not_been_applied_keep_the_run_as_their_manager_and_get_no_annotation()
    {
        const string Ns = "marked";
        using var target = new RestoreTarget(live.Cluster);

        await target.ApplyAsync(
            new SampleRestore()
                .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
                .Add(RestoreTarget.ConfigMaps, RestoreTarget.ConfigMap(Ns, "plain"))
        );

        var metadata = (await target.GetAsync(RestoreTarget.ConfigMaps, Ns, "plain")).Object("metadata");
        Assert.Equal("holdfast-0123456789ab", Assert.Single(metadata.Objects("managedFields")).Text("manager"));
        Assert.Null(metadata.Object("annotations"));
    }

    private static JsonObject Applied(string ns)
    {
        var applied = (JsonObject)JsonNode.Parse(RestoreTarget.ConfigMap(ns, "applied"))!;
        applied.Ensure("data")["extra"] = "2";
        applied.Ensure("metadata")["managedFields"] = JsonNode.Parse(Gitops);
        return applied;
    }
}
