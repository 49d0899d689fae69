using Holdfast.TestKit.Clusters;
using Xunit;

namespace Holdfast.TestKit.ClusterSuite;

public abstract class WriteBehaviour(ITestCluster cluster) : ClusterBehaviour(cluster)
{
    [SkippableFact]
    public async Task A_created_object_gets_its_identity_from_the_server()
    {
        var ns = await NewNamespaceAsync();

        var created = await NewConfigMapAsync(
            ns,
            "a",
            metadata: ""","uid":"mine","creationTimestamp":"2001-01-01T00:00:00Z","deletionTimestamp":"2001-01-01T00:00:00Z", """
                + """ "managedFields":[{"manager":"x","operation":"Apply","apiVersion":"v1"}]"""
        );

        Assert.True(Guid.TryParse(Text(created.Metadata["uid"]), out _));
        Assert.NotEqual("2001-01-01T00:00:00Z", Text(created.Metadata["creationTimestamp"]));
        Assert.Null(created.Metadata["deletionTimestamp"]);
        Assert.Equal(ns, Text(created.Metadata["namespace"]));
        Assert.True(long.Parse(Text(created.Metadata["resourceVersion"])!) > 0);
        Assert.Equal(["suite"], created.Metadata["managedFields"]!.AsArray().Select(m => Text(m!["manager"])));
        Assert.Equal(("ConfigMap", "v1"), (Text(created["kind"]), Text(created["apiVersion"])));
    }

    [SkippableFact]
    public async Task A_name_that_is_taken_answers_AlreadyExists()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a");

        var again = await Api.PostAsync(ConfigMaps(ns), """{"metadata":{"name":"a"}}""");

        Assert.Equal((409, "AlreadyExists"), (again.Code, again.Reason));
        Assert.Equal(("a", "configmaps"), (Text(again["details"]!["name"]), Text(again["details"]!["kind"])));
        Assert.Equal(("Status", "Failure"), (Text(again["kind"]), Text(again["status"])));
    }

    [SkippableTheory]
    [InlineData("A_b", "FieldValueInvalid")]
    [InlineData("-a", "FieldValueInvalid")]
    [InlineData("a..b", "FieldValueInvalid")]
    [InlineData("a/b", "FieldValueInvalid")]
    [InlineData("", "FieldValueRequired")]
    public async Task A_bad_name_is_invalid(string name, string cause)
    {
        var created = await Api.PostAsync(ConfigMaps("default"), $$$"""{"metadata":{"name":"{{{name}}}"}}""");

        Assert.Equal((422, "Invalid"), (created.Code, created.Reason));
        var named = Assert.Single(created["details"]!["causes"]!.AsArray());
        Assert.Equal((cause, "metadata.name"), (Text(named!["reason"]), Text(named["field"])));
    }

    [SkippableFact]
    public async Task Names_may_be_253_characters_long_and_no_longer()
    {
        var ns = await NewNamespaceAsync();

        Assert.Equal(201, (await Api.PostAsync(ConfigMaps(ns), $$$"""{"metadata":{"name":"{{{new string('a', 253)}}}"}}""")).Code);
        Assert.Equal(422, (await Api.PostAsync(ConfigMaps(ns), $$$"""{"metadata":{"name":"{{{new string('a', 254)}}}"}}""")).Code);
        Assert.Equal(422, (await Api.PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{new string('a', 64)}}}"}}""")).Code);
    }

    [SkippableFact]
    public async Task Roles_may_have_colons_in_their_names()
    {
        var ns = await NewNamespaceAsync();
        var roles = $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles";

        Assert.Equal(201, (await Api.PostAsync(roles, """{"metadata":{"name":"system:X_y"}}""")).Code);
        Assert.Equal(200, (await Api.GetAsync(roles + "/system:X_y")).Code);
    }

    [SkippableFact]
    public async Task A_generated_name_begins_as_asked()
    {
        var ns = await NewNamespaceAsync();

        var created = await Api.PostAsync(ConfigMaps(ns), """{"metadata":{"generateName":"gen-"}}""");

        Assert.Matches("^gen-[a-z0-9]{5}$", Text(created.Metadata["name"]));
        Assert.Equal("gen-", Text(created.Metadata["generateName"]));
    }

    [SkippableFact]
    public async Task Namespaces_must_be_there()
    {
        var created = await Api.PostAsync(ConfigMaps("not-there"), """{"metadata":{"name":"a"}}""");

        Assert.Equal((404, "NotFound"), (created.Code, created.Reason));
        Assert.Equal("namespaces", Text(created["details"]!["kind"]));
    }

    [SkippableTheory]
    [InlineData("""{"metadata":{"name":"a","namespace":"other"}}""", 400)]
    [InlineData("""{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}""", 400)]
    [InlineData("""{"metadata":{"name":"a","resourceVersion":"7"}}""", 500)]
    [InlineData("""{"meta""", 400)]
    public async Task A_body_that_does_not_fit_is_refused(string body, int code) =>
        Assert.Equal(code, (await Api.PostAsync(ConfigMaps("default"), body)).Code);

    [SkippableFact]
    public async Task A_replace_with_a_stale_revision_conflicts_and_without_one_overwrites()
    {
        var ns = await NewNamespaceAsync();
        var created = await NewConfigMapAsync(ns, "a");
        string Body(string version, string value) => $$$"""{"metadata":{"name":"a"{{{version}}}},"data":{"k":"{{{value}}}"}}""";
        var version = $$""","resourceVersion":"{{Text(created.Metadata["resourceVersion"])}}" """;

        Assert.Equal(200, (await Api.PutAsync(ConfigMaps(ns) + "/a", Body(version, "second"))).Code);
        var stale = await Api.PutAsync(ConfigMaps(ns) + "/a", Body(version, "third"));
        var blind = await Api.PutAsync(ConfigMaps(ns) + "/a", Body("", "fourth"));

        Assert.Equal((409, "Conflict"), (stale.Code, stale.Reason));
        Assert.Equal("fourth", Text(blind["data"]!["k"]));
        Assert.Equal(Text(created.Metadata["uid"]), Text(blind.Metadata["uid"]));
        Assert.Equal(Text(created.Metadata["creationTimestamp"]), Text(blind.Metadata["creationTimestamp"]));
    }

    [SkippableFact]
    public async Task A_replace_of_a_custom_resource_needs_a_revision()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        await Api.PostAsync(Widgets(group, ns), Widget(group, "w"));

        Assert.Equal(422, (await Api.PutAsync(Widgets(group, ns) + "/w", Widget(group, "w"))).Code);
    }

    [SkippableFact]
    public async Task A_replace_of_another_object_is_refused()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a");

        Assert.Equal(404, (await Api.PutAsync(ConfigMaps(ns) + "/b", """{"metadata":{"name":"b"}}""")).Code);
        Assert.Equal(400, (await Api.PutAsync(ConfigMaps(ns) + "/a", """{"metadata":{"name":"b"}}""")).Code);
        Assert.Equal(409, (await Api.PutAsync(ConfigMaps(ns) + "/a", """{"metadata":{"name":"a","uid":"another"}}""")).Code);
    }

    [SkippableFact]
    public async Task A_write_that_changes_nothing_makes_no_revision()
    {
        var ns = await NewNamespaceAsync();
        var created = await NewConfigMapAsync(ns, "a");

        var patched = await Api.PatchAsync(ConfigMaps(ns) + "/a", """{"data":{"k":"v"}}""");

        Assert.Equal(Text(created.Metadata["resourceVersion"]), Text(patched.Metadata["resourceVersion"]));
    }

    [SkippableFact]
    public async Task A_merge_patch_sets_and_removes()
    {
        var ns = await NewNamespaceAsync();
        var created = await NewConfigMapAsync(ns, "a", """{"keep":"1","drop":"2"}""");

        var patched = await Api.PatchAsync(ConfigMaps(ns) + "/a", """{"metadata":{"labels":{"x":"y"}},"data":{"drop":null,"new":"3"}}""");
        var stale = await Api.PatchAsync(
            ConfigMaps(ns) + "/a",
            $$$"""{"metadata":{"resourceVersion":"{{{Text(created.Metadata["resourceVersion"])}}}"},"data":{"x":"y"}}"""
        );

        Assert.Equal(["keep", "new"], patched["data"]!.AsObject().Select(f => f.Key).Order(StringComparer.Ordinal));
        Assert.Equal("y", Text(patched.Metadata["labels"]!["x"]));
        Assert.Equal(409, stale.Code);
        Assert.Equal(415, (await Api.PatchAsync(ConfigMaps(ns) + "/a", "{}", "text/plain")).Code);
        Assert.Equal(404, (await Api.PatchAsync(ConfigMaps(ns) + "/b", "{}")).Code);
    }

    [SkippableFact]
    public async Task A_dry_run_answers_and_stores_nothing()
    {
        var ns = await NewNamespaceAsync();
        await NewConfigMapAsync(ns, "a");

        Assert.Equal(201, (await Api.PostAsync(ConfigMaps(ns) + "?dryRun=All", """{"metadata":{"name":"dry"}}""")).Code);
        Assert.Equal("new", Text((await Api.PatchAsync(ConfigMaps(ns) + "/a?dryRun=All", """{"data":{"k":"new"}}"""))["data"]!["k"]));
        Assert.Equal(200, (await Api.DeleteAsync(ConfigMaps(ns) + "/a?dryRun=All")).Code);
        Assert.Equal(422, (await Api.PostAsync(ConfigMaps(ns) + "?dryRun=Some", """{"metadata":{"name":"dry"}}""")).Code);

        Assert.Equal(404, (await Api.GetAsync(ConfigMaps(ns) + "/dry")).Code);
        Assert.Equal("v", Text((await Api.GetAsync(ConfigMaps(ns) + "/a"))["data"]!["k"]));
    }

    [SkippableFact]
    public async Task Status_is_written_through_its_subresource_only()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync();
        var path = Widgets(group, ns) + "/w";

        var created = await Api.PostAsync(Widgets(group, ns), Widget(group, "w", """ "spec":{"size":1},"status":{"ready":true}"""));
        var patched = await Api.PatchAsync(path, """{"spec":{"size":2},"status":{"ready":true}}""");
        var status = await Api.PatchAsync(path + "/status", """{"spec":{"size":3},"status":{"ready":true}}""");

        Assert.Null(created["status"]);
        Assert.Null(patched["status"]);
        Assert.Equal(2, (int)status["spec"]!["size"]!);
        Assert.True((bool)status["status"]!["ready"]!);
        Assert.Equal([1, 2, 2], new[] { created, patched, status }.Select(a => (int)a.Metadata["generation"]!));
    }

    [SkippableFact]
    public async Task A_type_without_a_status_subresource_keeps_status_in_the_body()
    {
        var ns = await NewNamespaceAsync();
        var group = await NewCustomTypeAsync(status: false);

        var created = await Api.PostAsync(Widgets(group, ns), Widget(group, "w", """ "spec":{"size":1},"status":{"ready":true}"""));

        Assert.True((bool)created["status"]!["ready"]!);
        Assert.Equal(404, (await Api.PatchAsync(Widgets(group, ns) + "/w/status", """{"status":{}}""")).Code);
    }

    [SkippableFact]
    public async Task Generation_counts_changes_of_the_spec_only()
    {
        var ns = await NewNamespaceAsync();
        var path = $"/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies";
        await Api.PostAsync(path, """{"metadata":{"name":"p"},"spec":{"podSelector":{},"policyTypes":["Ingress"]}}""");

        var labelled = await Api.PatchAsync(path + "/p", """{"metadata":{"labels":{"a":"b"}}}""");
        var changed = await Api.PatchAsync(path + "/p", """{"spec":{"podSelector":{"matchLabels":{"a":"b"}}}}""");

        Assert.Equal((1, 2), ((int)labelled.Metadata["generation"]!, (int)changed.Metadata["generation"]!));
    }

    [SkippableFact]
    public async Task A_secret_s_strings_become_data()
    {
        var ns = await NewNamespaceAsync();

        var created = await Api.PostAsync($"/api/v1/namespaces/{ns}/secrets", """{"metadata":{"name":"s"},"stringData":{"a":"b"}}""");

        Assert.Equal(("Yg==", "Opaque"), (Text(created["data"]!["a"]), Text(created["type"])));
        Assert.Null(created["stringData"]);
    }

    [SkippableFact]
    public async Task A_service_gets_an_address_unless_it_is_headless()
    {
        var ns = await NewNamespaceAsync();
        Task<Answer> Create(string name, string spec) =>
            Api.PostAsync(
                $"/api/v1/namespaces/{ns}/services",
                $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"ports":[{"port":80}]{{{spec}}}}}"""
            );

        var plain = await Create("plain", "");
        var headless = await Create("headless", ""","clusterIP":"None" """);

        Assert.StartsWith("10.", Text(plain["spec"]!["clusterIP"]), StringComparison.Ordinal);
        Assert.Equal(Text(plain["spec"]!["clusterIP"]), Text(plain["spec"]!["clusterIPs"]![0]));
        Assert.Equal("None", Text(headless["spec"]!["clusterIP"]));
        // Not one that begins with a digit: later versions take those too.
        Assert.Equal(422, (await Create("with.dot", "")).Code);
    }

    [SkippableFact]
    public async Task A_namespace_is_active_and_has_its_finalizer()
    {
        var ns = await NewNamespaceAsync();

        var read = await Api.GetAsync("/api/v1/namespaces/" + ns);

        Assert.Equal("Active", Text(read["status"]!["phase"]));
        Assert.Equal("kubernetes", Text(read["spec"]!["finalizers"]![0]));
    }

    [SkippableFact]
    public async Task A_namespace_gets_its_service_account_and_root_certificate()
    {
        NeedsControllers();
        var ns = await NewNamespaceAsync();

        await EventuallyAsync(async () => (await Api.GetAsync(ConfigMaps(ns) + "/kube-root-ca.crt")).Code == 200);
        await EventuallyAsync(async () => (await Api.GetAsync($"/api/v1/namespaces/{ns}/serviceaccounts/default")).Code == 200);
    }
}
