namespace Holdfast.Simulator.Tests.Types;

public sealed class ServedTypesTests : SimulatorTest
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    [Fact]
    public async Task A_custom_resource_is_served_at_each_version_and_the_stable_one_is_preferred()
    {
        await Api.PostAsync(
            Definitions,
            Definition(
                """{"name":"v1alpha1","served":true,"storage":true},{"name":"v1","served":true,"storage":false},"""
                    + """{"name":"v0","served":false,"storage":false}"""
            )
        );
        await Api.PostAsync(
            "/apis/example.com/v1alpha1/namespaces/default/widgets",
            """{"apiVersion":"example.com/v1alpha1","kind":"Widget","metadata":{"name":"w"},"spec":{"a":1}}"""
        );

        var stable = await Api.GetAsync("/apis/example.com/v1/namespaces/default/widgets/w");
        var group = await Api.GetAsync("/apis/example.com");

        Assert.Equal("example.com/v1", (string?)stable["apiVersion"]);
        Assert.Equal(1, (int)stable["spec"]!["a"]!);
        Assert.Equal("v1", (string?)group["preferredVersion"]!["version"]);
        Assert.Equal(["v1", "v1alpha1"], group["versions"]!.AsArray().Select(v => (string?)v!["version"]));
        Assert.Equal(404, (await Api.GetAsync("/apis/example.com/v0/namespaces/default/widgets")).Code);
    }

    [Fact]
    public async Task A_version_that_becomes_the_storage_version_is_remembered_as_stored()
    {
        await Api.PostAsync(
            Definitions,
            Definition("""{"name":"v1alpha1","served":true,"storage":true},{"name":"v1","served":true,"storage":false}""")
        );

        var changed = await Api.PatchAsync(
            Definitions + "/widgets.example.com",
            """{"spec":{"versions":[{"name":"v1alpha1","served":true,"storage":false},{"name":"v1","served":true,"storage":true}]}}"""
        );

        Assert.Equal(["v1alpha1", "v1"], changed["status"]!["storedVersions"]!.AsArray().Select(v => (string?)v));
    }

    [Fact]
    public async Task A_dead_aggregated_group_is_listed_and_answers_503()
    {
        var service = """
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1beta1.metrics.k8s.io"},
             "spec":{"group":"metrics.k8s.io","version":"v1beta1","groupPriorityMinimum":100,"versionPriority":100,
              "service":{"name":"metrics","namespace":"kube-system"}}}
            """;

        Assert.Equal(201, (await Api.PostAsync("/apis/apiregistration.k8s.io/v1/apiservices", service)).Code);

        var groups = (await Api.GetAsync("/apis"))["groups"]!.AsArray();
        Assert.Contains(groups, g => (string?)g!["name"] == "metrics.k8s.io");
        Assert.Equal(503, (await Api.GetAsync("/apis/metrics.k8s.io/v1beta1")).Code);
        Assert.Equal(503, (await Api.GetAsync("/apis/metrics.k8s.io/v1beta1/pods")).Code);
    }

    private static string Definition(string versions) =>
        $$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.example.com"},
             "spec":{"group":"example.com","scope":"Namespaced","names":{"plural":"widgets","kind":"Widget"},"versions":[{{versions}}]} }
            """;
}
