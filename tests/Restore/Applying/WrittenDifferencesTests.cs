using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Restore.Applying;

namespace Holdfast.Restore.Tests.Applying;

public sealed class WrittenDifferencesTests
{
    [Theory]
    [InlineData("""{"spec":{"size":5,"colour":"red"}}""", """{"spec":{"colour":"red"}}""", "Dropped /spec/size")]
    [InlineData("""{"data":{"keep":"1"}}""", """{"data":{"keep":"2"}}""", "Changed /data/keep")]
    [InlineData("""{"spec":{"hold":false}}""", """{"spec":{}}""", "Dropped /spec/hold")]
    [InlineData("""{"spec":{"a":{"b":{"c":1}}}}""", """{"spec":{"a":{}}}""", "Dropped /spec/a/b")]
    [InlineData("""{"spec":{"list":[1,2,3]}}""", """{"spec":{"list":[1,3]}}""", "Dropped /spec/list/1")]
    [InlineData(
        """{"spec":{"list":[{"name":"a","x":1},{"name":"b","x":2}]}}""",
        """{"spec":{"list":[{"name":"mesh"},{"name":"a","x":1},{"name":"b","x":3}]}}""",
        "Changed /spec/list/1/x"
    )]
    [InlineData("""{"spec":{"list":[{"a":1,"b":2}]}}""", """{"spec":{"list":[{"a":1}]}}""", "Dropped /spec/list/0/b")]
    [InlineData("""{"metadata":{"labels":{"a/b":"1"}}}""", """{"metadata":{"labels":{}}}""", "Dropped /metadata/labels/a~1b")]
    [InlineData("""{"metadata":{"finalizers":["x/y"]}}""", """{"metadata":{}}""", "Dropped /metadata/finalizers")]
    [InlineData("""{"spec":{"v":"1.10"}}""", """{"spec":{"v":"1.11"}}""", "Changed /spec/v")]
    [InlineData("""{"spec":{"v":true}}""", """{"spec":{"v":"true"}}""", "Changed /spec/v")]
    public void What_the_server_did_not_keep_is_named_by_path(string sent, string answer, string expected) =>
        Assert.Equal(expected, Text(Between(sent, answer)));

    [Theory]
    [InlineData("""{"spec":{"a":1}}""", """{"spec":{"a":1,"b":2},"status":{}}""")]
    [InlineData("""{"spec":{"a":null,"b":{},"c":[],"d":{"e":null}}}""", """{"spec":{}}""")]
    [InlineData(
        """{"spec":{"cpu":"1000m","memory":"1024Mi","size":"1Gi","n":1}}""",
        """{"spec":{"cpu":"1","memory":"1Gi","size":"1073741824","n":"1"}}"""
    )]
    [InlineData("""{"spec":{"a":1.0,"b":1e2}}""", """{"spec":{"a":1,"b":100}}""")]
    [InlineData("""{"spec":{"at":"2020-01-01T00:00:00.123456Z"}}""", """{"spec":{"at":"2020-01-01T00:00:00Z"}}""")]
    [InlineData("""{"spec":{"at":"2020-01-01T01:00:00+01:00"}}""", """{"spec":{"at":"2020-01-01T00:00:00Z"}}""")]
    [InlineData("""{"spec":{"list":["b","a","b"]}}""", """{"spec":{"list":["a","b"]}}""")]
    [InlineData("""{"spec":{"list":[{"x":2},{"x":1}]}}""", """{"spec":{"list":[{"x":1,"y":0},{"x":2,"y":0}]}}""")]
    [InlineData(
        """{"metadata":{"uid":"a","resourceVersion":"1","name":"n"}}""",
        """{"metadata":{"uid":"b","resourceVersion":"2","name":"n"}}"""
    )]
    public void What_is_added_or_written_another_way_is_no_difference(string sent, string answer) => Assert.Null(Between(sent, answer));

    [Fact]
    public void A_custom_type_loses_what_is_empty_as_well()
    {
        Assert.Equal(
            "Dropped /spec/empty, Dropped /spec/list",
            Text(Between("""{"spec":{"empty":{},"list":[],"none":null}}""", """{"spec":{}}""", isCustom: true))
        );
        Assert.Null(Between("""{"metadata":{"labels":{},"finalizers":[]}}""", """{"metadata":{}}""", isCustom: true));
    }

    [Fact]
    public void What_a_controller_of_the_target_decides_is_no_difference() =>
        Assert.Null(
            Between(
                """{"metadata":{"annotations":{"deprecated.daemonset.template.generation":"7"}}}""",
                """{"metadata":{"annotations":{"deprecated.daemonset.template.generation":"1"}}}""",
                "daemonsets.apps"
            )
        );

    [Fact]
    public void No_value_is_reported()
    {
        var altered = Between("""{"data":{"password":"aHVudGVyMg=="}}""", """{"data":{"password":"b3RoZXI="}}""", "secrets")!;

        Assert.Equal("changed /data/password", altered.ToString());
    }

    [Fact]
    public void Many_fields_are_counted_and_some_are_named()
    {
        var sent = new JsonObject
        {
            ["data"] = new JsonObject(Enumerable.Range(0, 500).Select(i => KeyValuePair.Create($"k{i}", (JsonNode?)"v"))),
        };

        var altered = Between(sent.ToJsonString(), """{"data":{"other":"1"}}""")!;

        Assert.Equal((500, AlteredFields.Listed), (altered.Count, altered.First.Length));
        Assert.EndsWith("and 480 more", altered.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jobs.batch", false, """{"spec":{"suspend":true}}""", "/spec/suspend")]
    [InlineData("jobs.batch", false, """{"spec":{"suspend":false}}""", "")]
    [InlineData("jobs.batch", false, """{"spec":{"managedBy":"kueue.x-k8s.io/multikueue"}}""", "/spec/managedBy")]
    [InlineData("pods", false, """{"spec":{"schedulingGates":[{"name":"a"}]}}""", "/spec/schedulingGates")]
    [InlineData("kustomizations.kustomize.toolkit.fluxcd.io", true, """{"spec":{"suspend":true}}""", "/spec/suspend")]
    [InlineData("deployments.apps", false, """{"spec":{"paused":true}}""", "")]
    public void What_keeps_an_object_on_hold_is_known(string type, bool isCustom, string body, string expected) =>
        Assert.Equal(expected, string.Join(",", HoldingFields.Of(type, JsonNode.Parse(body)!.AsObject(), isCustom)));

    private static AlteredFields? Between(string sent, string answer, string type = "widgets.example.com", bool isCustom = false) =>
        WrittenDifferences.Between(Encoding.UTF8.GetBytes(sent), Encoding.UTF8.GetBytes(answer), type, isCustom);

    private static string Text(AlteredFields? altered) => string.Join(", ", altered?.First.Select(f => $"{f.How} {f.Path}") ?? []);
}
