using System.Text.Json;
using Holdfast.Clusters.Schemas;

namespace Holdfast.Clusters.Tests.Schemas;

public sealed class SchemaTests
{
    private static readonly JsonElement Definitions = JsonDocument
        .Parse(
            """
            {
              "node": {"properties":{
                "child":{"$ref":"#/definitions/node"},
                "named":{"allOf":[{"$ref":"#/components/schemas/names"}],"default":{},"description":"x"},
                "ports":{"type":"array","items":{"$ref":"#/definitions/port"},"x-kubernetes-patch-strategy":"merge",
                 "x-kubernetes-patch-merge-key":"port"},
                "quantity":{"$ref":"#/definitions/quantity"},
                "gone":{"$ref":"#/definitions/missing"},
                "endless":{"$ref":"#/definitions/loop"}}},
              "names": {"additionalProperties":{"type":"string"},"x-kubernetes-map-type":"atomic"},
              "port": {"properties":{"port":{"type":"integer"},"protocol":{"type":"string","default":"TCP"}}},
              "quantity": {"type":"string"},
              "loop": {"$ref":"#/definitions/loop"}
            }
            """
        )
        .RootElement;

    private static readonly Schema Node = Schema.Published(Definitions.GetProperty("node"), Definitions);

    [Fact]
    public void A_definition_that_refers_to_itself_can_be_followed_any_number_of_times()
    {
        var at = Node;
        for (var i = 0; i < 100; i++)
            at = at.Property("child")!;
        Assert.True(at.Knows("ports"));
        Assert.False(at.Knows("colour"));
    }

    [Fact]
    public void A_reference_inside_allOf_has_its_target_and_the_fields_beside_it()
    {
        var named = Node.Property("named")!;
        Assert.True(named.IsAtomicMap);
        Assert.Equal("{}", named.Default?.GetRawText());
        Assert.True(named.Knows("any"));
    }

    [Fact]
    public void The_strategy_of_a_strategic_merge_patch_says_how_a_built_in_list_merges()
    {
        var ports = Node.Property("ports")!;
        Assert.Equal(ListMerge.Map, ports.Merge);
        Assert.Equal("port", Assert.Single(ports.Keys));
        Assert.Equal("TCP", ports.Items!.Property("protocol")!.Default?.GetString());
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("endless")]
    [InlineData("quantity")]
    public void A_schema_without_fields_allows_any_field(string name) => Assert.True(Node.Property(name)!.Knows("any"));

    [Fact]
    public void What_a_custom_definition_doesnt_list_is_dropped()
    {
        var spec = Schema
            .OfDefinition(
                JsonDocument
                    .Parse(
                        """
                        {"properties":{"spec":{"type":"object","properties":{"a":{"type":"string"},
                         "free":{"x-kubernetes-preserve-unknown-fields":true}}}}}
                        """
                    )
                    .RootElement
            )
            .Property("spec")!;
        Assert.True(spec.Knows("a"));
        Assert.False(spec.Knows("b"));
        Assert.True(spec.Property("free")!.Knows("b"));
        Assert.False(spec.Property("a")!.Knows("b"));
    }
}
