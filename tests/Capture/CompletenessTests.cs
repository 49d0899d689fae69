using System.Collections.Immutable;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Capture.Tests;

/// <summary>What exists is measured by definitions and APIServices, whatever discovery lists at the moment.</summary>
public sealed class CompletenessTests
{
    private const string Established = """{"type":"Established","status":"True"}""";
    private const string Plain = """{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"} } }""";
    private readonly CustomTypes custom = new();

    [Theory]
    [InlineData("delete", "deletecollection", "get", "list", "watch"), InlineData("get", "list")]
    public void A_type_with_a_definition_is_captured_though_it_can_t_be_created_at_the_moment(params string[] verbs)
    {
        Define(Plain, $$"""[{{Established}},{"type":"Terminating","status":"True"}]""");

        var types = Choose(Widgets(verbs));

        Assert.Equal(TypeState.Captured, types.Single().State);
        Assert.Contains("widgets.test.dev", Assert.Single(Completeness.Warnings(types, custom)));
    }

    [Fact]
    public void What_can_be_deleted_is_stored_and_captured_where_definitions_can_not_be_read()
    {
        var types = TypeChoice.Of(Surface(Widgets(["delete", "get", "list"])), new CustomTypes { Unreadable = "403" }, new());

        Assert.Equal(TypeState.Captured, types.Single().State);
    }

    [Fact]
    public void A_type_with_a_definition_that_can_not_be_listed_is_failed()
    {
        Define(Plain);

        Assert.Equal(TypeState.Failed, Choose(Widgets(["create", "get"])).Single().State);
    }

    [Theory]
    [InlineData("""{"name":"v1","served":false,"storage":true}""", "served"), InlineData(Plain, "discovery")]
    public void A_type_that_discovery_does_not_list_is_failed_with_the_reason(string version, string reason)
    {
        Define(version);

        var type = Choose().Single();

        Assert.Equal(("widgets.test.dev", "v1", TypeState.Failed), (type.Type.GroupResource, type.Type.Version, type.State));
        Assert.Contains(reason, type.Error);
    }

    [Fact]
    public void A_definition_that_was_never_established_has_no_objects_and_one_whose_group_failed_is_counted_once()
    {
        Define(Plain, "[]");
        var never = Choose().Single();
        Define(Plain);
        var failed = TypeChoice.Of(Surface() with { Failures = [new("test.dev/v1", "503")] }, custom, new()).Single();

        Assert.Equal((TypeState.Excluded, "not-established"), (never.State, never.Rule));
        Assert.Equal(("*", TypeState.Failed), (failed.Type.Resource, failed.State));
    }

    /// <summary>An API server serves a type as soon as its names are accepted, and lists it once it is established.</summary>
    [Theory]
    [InlineData("Established"), InlineData("NamesAccepted")]
    public void A_definition_that_serves_and_is_not_listed_yet_is_worth_asking_again_and_never_left_out(string condition)
    {
        Define(Plain, $$"""[{"type":"{{condition}}","status":"True"}]""");

        Assert.Equal(TypeState.Failed, Choose().Single().State);
        Assert.True(Completeness.IsBehind(Surface(), custom));
        Assert.False(Completeness.IsBehind(Surface(Widgets(["list"])), custom));
    }

    [Theory]
    [
        InlineData("\"v1beta1\",\"v1\"", "None", ".spec.old, .spec.rows[].gone"),
        InlineData("\"v1\"", "None", null),
        InlineData("\"v1beta1\",\"v1\"", "Webhook", null)
    ]
    public void Fields_of_another_stored_version_that_the_one_read_does_not_have_are_a_gap(string stored, string strategy, string? hidden)
    {
        const string Old =
            """{"type":"object","properties":{"spec":{"type":"object","properties":{"old":{"type":"string"},"rows":"""
            + """{"type":"array","items":{"type":"object","properties":{"kept":{},"gone":{} } } },"free":"""
            + """{"type":"object","properties":{"any":{} } } } } } }""";
        const string New =
            """{"type":"object","properties":{"spec":{"type":"object","properties":{"rows":{"type":"array","items":"""
            + """{"type":"object","properties":{"kept":{} } } },"free":"""
            + """{"type":"object","x-kubernetes-preserve-unknown-fields":true} } } } }""";
        Define(
            $$"""{"name":"v1beta1","served":true,"storage":false,"schema":{"openAPIV3Schema":{{Old}} } },"""
                + $$"""{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{New}} } }""",
            stored: stored,
            strategy: strategy
        );

        var gaps = Completeness.Hidden(Choose(Widgets(["create", "get", "list"])), custom).ToList();

        Assert.Equal(hidden is null ? [] : ["widgets.test.dev"], gaps.Select(g => g.Resource));
        Assert.All(gaps, g => Assert.Contains(hidden!, g.Reason));
    }

    [Fact]
    public void Schemas_that_can_not_be_compared_are_a_gap_too()
    {
        Define(
            """{"name":"v1beta1","served":true,"storage":false,"schema":"x"},{"name":"v1","served":true,"storage":true,"schema":"x"}""",
            stored: "\"v1beta1\",\"v1\""
        );

        Assert.Equal("widgets.test.dev", Assert.Single(Completeness.Hidden(Choose(Widgets(["create", "get", "list"])), custom)).Resource);
    }

    [Fact]
    public void An_aggregated_group_that_discovery_keeps_silent_about_is_a_failed_one()
    {
        var complete = ApiServices.Complete(Surface(Widgets(["list"])), [("test.dev", "v1"), ("dead.dev", "v1beta1")]);

        Assert.Equal("dead.dev/v1beta1", Assert.Single(complete.Failures).GroupVersion);
    }

    [Theory]
    [InlineData(100), InlineData(900)]
    public void A_definition_with_a_deep_schema_is_read_as_any_other(int levels)
    {
        var deep =
            string.Concat(Enumerable.Repeat("""{"properties":{"p":""", levels / 2))
            + "{}"
            + string.Concat(Enumerable.Repeat("}}", levels / 2));

        Define($$"""{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{{deep}} } }""");

        Assert.Empty(custom.Odd);
        Assert.Equal("v1", custom.All.Single().StorageVersion);
    }

    [Theory]
    [InlineData("{"), InlineData("[]"), InlineData("""{"metadata":{"generation":"x"},"spec":{} }"""), InlineData("")]
    public void A_definition_that_can_not_be_understood_stops_nothing(string definition)
    {
        custom.Add("widgets.test.dev", Encoding.UTF8.GetBytes(definition));

        var types = Choose(Widgets(["create", "get", "list"]));

        Assert.Equal(
            (TypeState.Captured, false),
            (types.Single(t => t.Type.Resource == "widgets").State, types.Single(t => t.Type.Resource == "widgets").Fingerprintable)
        );
    }

    private ImmutableArray<PlannedType> Choose(params ApiResource[] types) => TypeChoice.Of(Surface(types), custom, new());

    private static ApiSurface Surface(params ApiResource[] types) =>
        new([.. types], types.ToImmutableDictionary(t => t.Group, t => t.Version), []);

    private static ApiResource Widgets(string[] verbs) => new("test.dev", "v1", "widgets", "Widget", true, [.. verbs]);

    private void Define(string versions, string conditions = $"[{Established}]", string stored = "\"v1\"", string strategy = "None") =>
        custom.Add(
            "widgets.test.dev",
            Encoding.UTF8.GetBytes(
                $$"""
                {"kind":"CustomResourceDefinition","metadata":{"name":"widgets.test.dev","uid":"uid-1","resourceVersion":"77",
                 "generation":3},
                 "spec":{"names":{"kind":"Widget","plural":"widgets"},"versions":[{{versions}}],"group":"test.dev","scope":"Namespaced",
                  "conversion":{"strategy":"{{strategy}}"} },
                 "status":{"conditions":{{conditions}},"storedVersions":[{{stored}}]} }
                """
            )
        );
}
