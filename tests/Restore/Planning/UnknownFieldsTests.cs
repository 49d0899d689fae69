using System.Text.Json.Nodes;
using Holdfast.Clusters.Schemas;
using Holdfast.Restore.Planning;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

public sealed class UnknownFieldsTests
{
    private static readonly Schema Tank = SampleSchema.Custom(
        """
        {"type":"object","properties":{
          "spec":{"type":"object","properties":{
            "colour":{"type":"string"},"pipes":{"type":"array","items":{"type":"object","properties":{"name":{}}}},
            "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true},"labels":{"type":"object",
              "additionalProperties":{"type":"string"}},
            "bare":{"type":"object"},"template":{"type":"object","x-kubernetes-embedded-resource":true,
              "properties":{"spec":{"type":"object"}}}}}}}
        """
    );

    [Theory]
    [InlineData("""{"spec":{"colour":"red","size":5}}""", "/spec/size")]
    [InlineData("""{"spec":{"pipes":[{"name":"a","x":1},{"name":"b","x":2,"y/z":3}]}}""", "/spec/pipes/*/x,/spec/pipes/*/y~1z")]
    [InlineData("""{"spec":{"bare":{"a":1}}}""", "/spec/bare/a")]
    [InlineData("""{"status":{"a":1}}""", "/status")]
    [InlineData("""{"spec":{"free":{"a":{"b":1}},"labels":{"x":"1"}}}""", "")]
    [InlineData(
        """{"spec":{"template":{"apiVersion":"v1","kind":"X","metadata":{"labels":{"a":"1"}},"spec":{"a":1}}}}""",
        "/spec/template/spec/a"
    )]
    [InlineData("""{"apiVersion":"v1","kind":"Tank","metadata":{"anything":1},"spec":{"size":null}}""", "")]
    public void Of_a_custom_type_are_those_that_its_definition_does_not_list(string body, string expected) =>
        Assert.Equal(expected, string.Join(",", UnknownFields.Of(JsonNode.Parse(body)!.AsObject(), Tank)));

    [Fact]
    public void Of_a_built_in_type_an_object_without_listed_fields_may_have_any()
    {
        using var document = System.Text.Json.JsonDocument.Parse(
            """
            {"definitions":{"Job":{"properties":{"spec":{"allOf":[{"$ref":"#/components/schemas/Spec"}],"default":{}},
              "raw":{"type":"object"}}},"Spec":{"properties":{"parallelism":{}}}}}
            """
        );
        var definitions = document.RootElement.GetProperty("definitions");
        var schema = Schema.Published(definitions.GetProperty("Job"), definitions);

        Assert.Equal(
            ["/spec/suspend"],
            UnknownFields.Of(JsonNode.Parse("""{"spec":{"parallelism":1,"suspend":true},"raw":{"a":1}}""")!.AsObject(), schema)
        );
    }
}
