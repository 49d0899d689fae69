using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Xunit;

namespace Holdfast.TestKit.ClusterSuite;

public abstract class ApplyBehaviour(ITestCluster cluster) : ClusterBehaviour(cluster)
{
    [SkippableFact]
    public async Task Apply_creates_what_is_not_there()
    {
        var ns = await NewNamespaceAsync();

        var applied = await ApplyAsync(ns, "gitops", """{"a":"1"}""");

        Assert.Equal(201, applied.Code);
        var entry = Assert.Single(Managed(applied));
        Assert.Equal(
            ("gitops", "Apply", "v1", "FieldsV1"),
            (Text(entry["manager"]), Text(entry["operation"]), Text(entry["apiVersion"]), Text(entry["fieldsType"]))
        );
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"f:data":{"f:a":{}}}"""), entry["fieldsV1"]));
    }

    [SkippableFact]
    public async Task A_key_no_longer_applied_by_its_only_owner_is_removed()
    {
        var ns = await NewNamespaceAsync();
        await ApplyAsync(ns, "gitops", """{"a":"1","b":"2"}""");

        var applied = await ApplyAsync(ns, "gitops", """{"a":"1"}""");

        Assert.Equal(["a"], Keys(applied));
    }

    [SkippableFact]
    public async Task A_key_that_another_applied_too_stays()
    {
        var ns = await NewNamespaceAsync();
        await ApplyAsync(ns, "gitops", """{"a":"1","b":"2"}""");
        Assert.Equal(200, (await ApplyAsync(ns, "second", """{"b":"2"}""")).Code);

        var applied = await ApplyAsync(ns, "gitops", """{"a":"1"}""");

        Assert.Equal(["a", "b"], Keys(applied));
        Assert.Equal(["a"], Keys(await ApplyAsync(ns, "second", "{}")));
    }

    [SkippableFact]
    public async Task Taking_a_field_of_another_conflicts_unless_forced()
    {
        var ns = await NewNamespaceAsync();
        await ApplyAsync(ns, "first", """{"a":"1","b":"2"}""");

        var refused = await ApplyAsync(ns, "second", """{"a":"other"}""");
        var forced = await ApplyAsync(ns, "second", """{"a":"other"}""", "&force=true");

        Assert.Equal((409, "Conflict"), (refused.Code, refused.Reason));
        var cause = Assert.Single(refused["details"]!["causes"]!.AsArray());
        Assert.Equal(("FieldManagerConflict", ".data.a"), (Text(cause!["reason"]), Text(cause["field"])));
        Assert.Contains("\"first\"", Text(cause["message"]), StringComparison.Ordinal);
        Assert.Equal("other", Text(forced["data"]!["a"]));
        Assert.Equal(["f:b"], OwnedData(forced, "first"));
        Assert.Equal(["f:a"], OwnedData(forced, "second"));
    }

    [SkippableFact]
    public async Task An_update_takes_the_fields_that_it_changes()
    {
        var ns = await NewNamespaceAsync();
        await ApplyAsync(ns, "gitops", """{"a":"1","b":"2"}""");

        var patched = await Api.PatchAsync(ConfigMaps(ns) + "/cm?fieldManager=editor", """{"data":{"a":"edited"}}""");

        Assert.Equal(["f:b"], OwnedData(patched, "gitops"));
        Assert.Equal(["f:a"], OwnedData(patched, "editor"));
        Assert.Equal(409, (await ApplyAsync(ns, "gitops", """{"a":"1","b":"2"}""")).Code);
    }

    [SkippableFact]
    public async Task An_apply_that_changes_nothing_makes_no_revision()
    {
        var ns = await NewNamespaceAsync();
        var first = await ApplyAsync(ns, "gitops", """{"a":"1"}""");

        var again = await ApplyAsync(ns, "gitops", """{"a":"1"}""");

        Assert.Equal(Text(first.Metadata["resourceVersion"]), Text(again.Metadata["resourceVersion"]));
    }

    [SkippableFact]
    public async Task Lists_of_built_in_types_merge_by_key()
    {
        var ns = await NewNamespaceAsync();
        await ApplyDeploymentAsync(
            ns,
            "first",
            """[{"name":"web","image":"web:1","env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]}]"""
        );
        await ApplyDeploymentAsync(
            ns,
            "second",
            """[{"name":"web","image":"web:1","env":[{"name":"C","value":"3"}]},{"name":"side","image":"side:1"}]"""
        );

        var applied = await ApplyDeploymentAsync(ns, "first", """[{"name":"web","image":"web:1","env":[{"name":"B","value":"2"}]}]""");

        var containers = applied["spec"]!["template"]!["spec"]!["containers"]!.AsArray();
        Assert.Equal(["side", "web"], containers.Select(c => Text(c!["name"])).Order(StringComparer.Ordinal));
        Assert.Equal(
            ["B", "C"],
            containers.First(c => Text(c!["name"]) == "web")!["env"]!.AsArray().Select(e => Text(e!["name"])).Order(StringComparer.Ordinal)
        );
    }

    [SkippableFact]
    public async Task Maps_of_custom_resources_merge_and_lists_are_whole()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        Task<Answer> Apply(string manager, string spec) =>
            Api.PatchAsync($"{Widgets(group, ns)}/w?fieldManager={manager}", Widget(group, "w", $"\"spec\":{spec}"), ClusterRequests.Apply);
        await Apply("first", """{"map":{"a":1},"list":[1,2]}""");

        var merged = await Apply("second", """{"map":{"b":2}}""");
        var refused = await Apply("second", """{"map":{"b":2},"list":[3]}""");
        var removed = await Apply("first", """{"list":[1,2]}""");

        Assert.Equal("""{"a":1,"b":2}""", merged["spec"]!["map"]!.ToJsonString());
        Assert.Equal(409, refused.Code);
        Assert.Equal("""{"b":2}""", removed["spec"]!["map"]!.ToJsonString());
    }

    [SkippableFact]
    public async Task Managed_fields_that_a_patch_brings_are_taken_over_and_an_empty_entry_clears_them()
    {
        var ns = await NewNamespaceAsync();
        var before = await ApplyAsync(ns, "gitops", """{"a":"1","b":"2"}""");
        await Api.DeleteAsync(ConfigMaps(ns) + "/cm");
        await NewConfigMapAsync(ns, "cm", """{"a":"1","b":"2"}""");

        var restored = await Api.PatchAsync(
            ConfigMaps(ns) + "/cm",
            $$$"""{"metadata":{"managedFields":{{{before.Metadata["managedFields"]!.ToJsonString()}}}}}"""
        );
        var applied = await ApplyAsync(ns, "gitops", """{"a":"1"}""");
        var cleared = await Api.PatchAsync(ConfigMaps(ns) + "/cm", """{"metadata":{"managedFields":[{}]}}""");

        Assert.Equal(["gitops"], Managed(restored).Select(m => Text(m["manager"])));
        Assert.Equal(["a"], Keys(applied));
        Assert.Null(cleared.Metadata["managedFields"]);
    }

    [SkippableFact]
    public async Task Managed_fields_of_a_create_name_what_was_sent()
    {
        var ns = await NewNamespaceAsync();

        var created = await NewConfigMapAsync(ns, "a", """{"k":"v"}""", ""","labels":{"l":"x"},"finalizers":["example.com/hold"]""");

        var expected =
            """{"f:data":{".":{},"f:k":{}},"f:metadata":{"f:finalizers":{".":{},"v:\"example.com/hold\"":{}},"f:labels":{".":{}"""
            + ""","f:l":{}}}}""";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), Assert.Single(Managed(created))["fieldsV1"]), created.Text);
    }

    [SkippableFact]
    public async Task An_apply_without_a_manager_or_with_managed_fields_is_refused()
    {
        var ns = await NewNamespaceAsync();
        var body = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"}}""";

        Assert.Equal(422, (await Api.PatchAsync(ConfigMaps(ns) + "/cm", body, ClusterRequests.Apply)).Code);
        Assert.Equal(201, (await ApplyAsync(ns, "gitops", "{}")).Code);
        var managed =
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm","managedFields":"""
            + """[{"manager":"x","operation":"Apply","apiVersion":"v1"}]}}""";
        Assert.Equal(400, (await Api.PatchAsync(ConfigMaps(ns) + "/cm?fieldManager=gitops", managed, ClusterRequests.Apply)).Code);
    }

    private Task<Answer> ApplyAsync(string ns, string manager, string data, string query = "") =>
        Api.PatchAsync(
            $"{ConfigMaps(ns)}/cm?fieldManager={manager}{query}",
            $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"cm"},"data":{{data}}}""",
            ClusterRequests.Apply
        );

    private async Task<Answer> ApplyDeploymentAsync(string ns, string manager, string containers)
    {
        var body = $$"""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},
             "spec":{"replicas":0,"selector":{"matchLabels":{"app":"web"} },"template":{"metadata":{"labels":{"app":"web"} },
              "spec":{"containers":{{containers}} } } } }
            """;
        var applied = await Api.PatchAsync(
            $"/apis/apps/v1/namespaces/{ns}/deployments/web?fieldManager={manager}",
            body,
            ClusterRequests.Apply
        );
        Assert.True(applied.Code is 200 or 201, applied.Text);
        return applied;
    }

    private static JsonObject[] Managed(Answer answer) => [.. answer.Metadata["managedFields"]!.AsArray().Select(m => m!.AsObject())];

    private static string[] OwnedData(Answer answer, string manager) =>
        [.. Managed(answer).Single(m => Text(m["manager"]) == manager)["fieldsV1"]!["f:data"]!.AsObject().Select(f => f.Key)];

    private static string[] Keys(Answer answer) => [.. answer["data"]!.AsObject().Select(f => f.Key).Order(StringComparer.Ordinal)];
}
