using System.Collections.Immutable;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Capture.Tests;

public sealed class TypeChoiceTests
{
    private static readonly ImmutableArray<string> All = ["create", "get", "list"];
    private readonly CustomTypes custom = new();

    [Theory]
    [InlineData("get", "list"), InlineData("create", "list"), InlineData("create", "get")]
    public void What_cannot_be_listed_read_and_created_is_computed(params string[] verbs)
    {
        var type = Choose([Type("metrics.k8s.io", "v1", "nodes") with { Verbs = [.. verbs] }]).Single();

        Assert.Equal((TypeState.Excluded, "computed"), (type.State, type.Rule));
    }

    [Fact]
    public void A_built_in_type_is_taken_once_at_its_groups_preferred_version()
    {
        var types = Choose(
            [Type("apps", "v1beta1", "deployments"), Type("apps", "v1", "deployments"), Type("apps", "v2", "deployments")],
            ("apps", "v1")
        );

        Assert.Equal("v1", Assert.Single(types).Type.Version);
    }

    [Theory]
    [
        InlineData("v1beta1", "v1beta1", "v1alpha1"),
        InlineData("v2beta2", "v2beta1", "v2beta2"),
        InlineData("v10", "v2", "v10"),
        InlineData("v1", "v1", "v2beta1"),
        InlineData("v1alpha1", "old", "v1alpha1")
    ]
    public void A_type_that_the_preferred_version_does_not_have_is_taken_at_its_best_one(string expected, params string[] served)
    {
        var types = Choose([.. served.Select(v => Type("batch", v, "cronjobs"))], ("batch", "v7"));

        Assert.Equal(expected, Assert.Single(types).Type.Version);
    }

    [Fact]
    public void A_custom_type_is_taken_at_its_storage_version_so_that_nothing_is_converted()
    {
        Define(
            "widgets",
            """{"name":"v1","served":true,"storage":false,"schema":{"a":[{"name":"no"}]}},{"name":"v1beta1","served":true,"storage":true}"""
        );

        var type = Choose([Type("test.dev", "v1", "widgets"), Type("test.dev", "v1beta1", "widgets")], ("test.dev", "v1")).Single();

        Assert.Equal(
            ("v1beta1", "uid-1/3", "77", true),
            (type.Type.Version, type.Definition, type.DefinitionRevision, type.Fingerprintable)
        );
    }

    [Theory]
    [InlineData("""{"name":"v1","served":true,"storage":false},{"name":"v1beta1","served":false,"storage":true}""", "\"v1beta1\"")]
    [InlineData("""{"name":"v1","served":true,"storage":true}""", "\"v1beta1\",\"v1\"")]
    public void A_custom_type_that_a_webhook_may_convert_is_never_reused_unread(string versions, string stored)
    {
        Define("widgets", versions, """, "conversion":{"strategy":"Webhook","webhook":{"clientConfig":{"url":"https://x"}}}""", stored);

        var type = Choose([Type("test.dev", "v1", "widgets")], ("test.dev", "v1")).Single();

        Assert.Equal(("v1", false), (type.Type.Version, type.Fingerprintable));
    }

    [Fact]
    public void Where_definitions_cannot_be_read_nothing_is_reused_unread()
    {
        var types = TypeChoice.Of(Surface([Type("test.dev", "v1", "widgets")]), new CustomTypes { Unreadable = "403" }, Request());

        Assert.False(types.Single().Fingerprintable);
    }

    [Fact]
    public void Types_that_are_stored_as_one_are_taken_once_and_the_others_say_as_what()
    {
        var types = Choose([
            Type("extensions", "v1beta1", "ingresses") with
            {
                StorageVersionHash = "abc",
            },
            Type("networking.k8s.io", "v1", "ingresses") with
            {
                StorageVersionHash = "abc",
            },
            Type("extensions", "v1beta1", "deployments"),
            Type("apps", "v1", "deployments"),
        ]);

        Assert.Equal(
            [
                "deployments.apps ",
                "deployments.extensions duplicate of deployments.apps",
                "ingresses.extensions duplicate of ingresses.networking.k8s.io",
                "ingresses.networking.k8s.io ",
            ],
            types.OrderBy(t => t.Type.GroupResource, StringComparer.Ordinal).Select(t => $"{t.Type.GroupResource} {t.Rule}")
        );
    }

    [Theory]
    [InlineData("events"), InlineData("events.events.k8s.io")]
    public void Events_asked_for_by_either_of_their_names_are_taken_once(string asked)
    {
        ApiResource[] events = [Type("", "v1", "events"), Type("events.k8s.io", "v1", "events")];

        Assert.All(Choose(events), t => Assert.StartsWith("default: ", t.Rule));
        var types = TypeChoice.Of(Surface([.. events]), custom, Request() with { Scope = new() { IncludedResources = [asked] } });
        Assert.Equal("events", Assert.Single(types, t => t.State is TypeState.Captured).Type.GroupResource);
    }

    [Fact]
    public void A_group_that_cannot_be_listed_is_failed_unless_its_absence_is_expected()
    {
        var surface = Surface([]) with { Failures = [new("metrics.k8s.io/v1beta1", "503"), new("shop.dev/v1", "503: dead")] };

        var types = TypeChoice.Of(surface, custom, Request());

        Assert.Equal(
            [("metrics.k8s.io", "*", TypeState.Excluded, "expected-absent", null), ("shop.dev", "*", TypeState.Failed, null, "503: dead")],
            types.Select(t => (t.Type.Group, t.Type.Resource, t.State, t.Rule, t.Error))
        );
    }

    private ImmutableArray<PlannedType> Choose(ApiResource[] types, params (string Group, string Version)[] preferred) =>
        TypeChoice.Of(Surface([.. types], preferred), custom, Request());

    private static ApiSurface Surface(ImmutableArray<ApiResource> types, params (string Group, string Version)[] preferred) =>
        new(types, preferred.ToImmutableDictionary(p => p.Group, p => p.Version), []);

    private static CaptureRequest Request() => new();

    private static ApiResource Type(string group, string version, string resource) => new(group, version, resource, "Kind", true, All);

    private void Define(string plural, string versions, string conversion = "", string stored = "\"v1\"") =>
        custom.Add(
            $"{plural}.test.dev",
            Encoding.UTF8.GetBytes(
                $$"""
                {"kind":"CustomResourceDefinition","metadata":{"name":"{{plural}}.test.dev","labels":{"uid":"no"},"uid":"uid-1",
                 "resourceVersion":"77","generation":3},
                 "spec":{"names":{"kind":"Widget","plural":"{{plural}}"},"versions":[{{versions}}],"group":"test.dev",
                  "scope":"Namespaced"{{conversion}} },
                 "status":{"conditions":[],"storedVersions":[{{stored}}]} }
                """
            )
        );
}
