using System.Text.Json.Nodes;
using Holdfast.Simulator.Merging;

namespace Holdfast.Simulator.Tests.Merging;

public sealed class FieldSetTests
{
    private const string Managed =
        """{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{}"""
        + ""","f:name":{}}},"f:finalizers":{"v:\"x\"":{}}}}""";

    [Fact]
    public void What_is_parsed_is_written_again() =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Managed), FieldSet.Parse(JsonNode.Parse(Managed)).ToJson()));

    [Fact]
    public void Paths_read_as_in_the_server_s_messages() =>
        Assert.Equal(
            [
                ".metadata.labels",
                ".metadata.labels.a",
                """.spec.containers[name="web"]""",
                """.spec.containers[name="web"].image""",
                """.spec.containers[name="web"].name""",
                """.spec.finalizers[="x"]""",
            ],
            FieldSet.Parse(JsonNode.Parse(Managed)).Paths()
        );

    [Fact]
    public void A_set_without_a_field_keeps_the_fields_around_it()
    {
        var without = FieldSet
            .Parse(JsonNode.Parse(Managed))
            .Except(FieldSet.Parse(JsonNode.Parse("""{"f:metadata":{"f:labels":{"f:a":{}}},"f:spec":{"f:finalizers":{"v:\"x\"":{}}}}""")));

        Assert.Equal(
            """{"f:metadata":{"f:labels":{}},"f:spec":{"f:containers":{"k:{\"name\":\"web\"}":{".":{},"f:image":{},"f:name":{}}}}}""",
            Unescaped(without)
        );
    }

    [Fact]
    public void Union_and_intersection_are_by_field()
    {
        var one = FieldSet.Parse(JsonNode.Parse("""{"f:a":{},"f:b":{"f:c":{}}}"""));
        var two = FieldSet.Parse(JsonNode.Parse("""{"f:b":{"f:c":{},"f:d":{}}}"""));

        Assert.Equal("""{"f:a":{},"f:b":{"f:c":{},"f:d":{}}}""", Unescaped(one.Union(two)));
        Assert.Equal("""{"f:b":{"f:c":{}}}""", Unescaped(one.Intersect(two)));
    }

    private static string Unescaped(FieldSet set) =>
        set.ToJson().ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
