using System.Text.Json.Nodes;
using Holdfast.TestKit.Clusters;
using Xunit;

namespace Holdfast.TestKit.ClusterSuite;

public abstract class DiscoveryBehaviour(ITestCluster cluster) : ClusterBehaviour(cluster)
{
    [SkippableFact]
    public async Task Groups_and_their_preferred_versions_are_listed()
    {
        var core = await Api.GetAsync("/api");
        var groups = await Api.GetAsync("/apis");

        Assert.Equal("v1", Text(core["versions"]![0]));
        Assert.Equal("APIGroupList", Text(groups["kind"]));
        var apps = groups["groups"]!.AsArray().Single(g => Text(g!["name"]) == "apps")!;
        Assert.Equal(("apps/v1", "v1"), (Text(apps["preferredVersion"]!["groupVersion"]), Text(apps["versions"]![0]!["version"])));
        Assert.Equal("apps", Text((await Api.GetAsync("/apis/apps"))["name"]));
    }

    [SkippableTheory]
    [InlineData("/api/v1", "pods", "Pod", true, true)]
    [InlineData("/api/v1", "configmaps", "ConfigMap", true, false)]
    [InlineData("/api/v1", "namespaces", "Namespace", false, true)]
    [InlineData("/apis/apps/v1", "deployments", "Deployment", true, true)]
    [InlineData("/apis/rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", false, false)]
    [InlineData("/apis/storage.k8s.io/v1", "storageclasses", "StorageClass", false, false)]
    public async Task Types_are_listed_with_their_verbs_and_subresources(
        string groupVersion,
        string resource,
        string kind,
        bool namespaced,
        bool status
    )
    {
        var resources = (await Api.GetAsync(groupVersion))["resources"]!.AsArray();

        var type = resources.Single(r => Text(r!["name"]) == resource)!;
        Assert.Equal((kind, namespaced), (Text(type["kind"]), (bool)type["namespaced"]!));
        Assert.Empty(new[] { "create", "delete", "get", "list", "patch", "update", "watch" }.Except(type["verbs"]!.AsArray().Select(Text)));
        Assert.Equal(status, resources.Any(r => Text(r!["name"]) == resource + "/status"));
    }

    [SkippableFact]
    public async Task Storage_hashes_name_one_type_served_in_two_groups()
    {
        Assert.Equal("xPOwRZ+Yhw8=", await HashAsync("/api/v1", "pods"));
        Assert.Equal("qFsyl6wFWjQ=", await HashAsync("/api/v1", "configmaps"));
        Assert.Equal(await HashAsync("/api/v1", "events"), await HashAsync("/apis/events.k8s.io/v1", "events"));
    }

    [SkippableFact]
    public async Task A_defined_type_is_established_and_served()
    {
        var group = await NewCustomTypeAsync();

        var definition = await Api.GetAsync($"{Definitions}/widgets.{group}");
        var conditions = definition["status"]!["conditions"]!.AsArray();

        Assert.All(
            (string[])["Established", "NamesAccepted"],
            type => Assert.Contains(conditions, c => Text(c!["type"]) == type && Text(c["status"]) == "True")
        );
        Assert.Equal("v1", Text(definition["status"]!["storedVersions"]![0]));
        Assert.Equal("WidgetList", Text(definition["spec"]!["names"]!["listKind"]));
        await EventuallyAsync(async () => (await Api.GetAsync($"/apis/{group}/v1")).Code == 200);
        var resources = (await Api.GetAsync($"/apis/{group}/v1"))["resources"]!.AsArray();
        Assert.Equal(["widgets", "widgets/status"], resources.Select(r => Text(r!["name"])));
        Assert.Equal(group, Text((await Api.GetAsync($"/apis/{group}"))["name"]));
    }

    [SkippableFact]
    public async Task A_definition_s_name_must_be_its_plural_and_group()
    {
        var definition = """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},
              "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}}
            """;

        Assert.Equal(422, (await Api.PostAsync(Definitions, definition)).Code);
    }

    [SkippableFact]
    public async Task The_version_is_reported() => Assert.Matches("^v1\\.", Text((await Api.GetAsync("/version"))["gitVersion"]));

    [SkippableTheory]
    [InlineData("/api/v1/unheard")]
    [InlineData("/apis/unheard.example.com/v1/things")]
    [InlineData("/apis/apps/v1/unheard")]
    [InlineData("/unheard")]
    public async Task What_is_not_served_answers_404(string path) => Assert.Equal(404, (await Api.GetAsync(path)).Code);

    [SkippableFact]
    public async Task An_object_that_is_not_there_is_named()
    {
        var answer = await Api.GetAsync("/apis/apps/v1/namespaces/default/deployments/unheard");

        Assert.Equal((404, "NotFound"), (answer.Code, answer.Reason));
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse("""{"name":"unheard","group":"apps","kind":"deployments"}"""), answer["details"]),
            answer.Text
        );
    }

    [SkippableFact]
    public async Task A_wrong_token_is_refused()
    {
        var answer = await Api.SendAsync(HttpMethod.Get, "/api/v1/namespaces", null, token: "wrong");

        Assert.Equal((401, "Unauthorized"), (answer.Code, answer.Reason));
    }

    [SkippableFact]
    public async Task An_administrator_may_do_everything()
    {
        var review =
            """{"apiVersion":"authorization.k8s.io/v1","kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":"""
            + """{"verb":"list","resource":"secrets"}}}""";

        var answer = await Api.PostAsync("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);

        Assert.Equal((201, true), (answer.Code, (bool)answer["status"]!["allowed"]!));
    }

    private async Task<string?> HashAsync(string groupVersion, string resource) =>
        Text((await Api.GetAsync(groupVersion))["resources"]!.AsArray().Single(r => Text(r!["name"]) == resource)!["storageVersionHash"]);
}
