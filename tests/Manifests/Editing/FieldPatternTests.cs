using System.Text.Json.Nodes;
using Holdfast.Manifests.Editing;

namespace Holdfast.Manifests.Tests.Editing;

public sealed class FieldPatternTests
{
    private const string Pod = """{"spec":{"containers":[{"image":"a"},{"image":"b","args":["x"]}],"n":1}}""";

    [Theory]
    [InlineData("/spec/containers/*/image", "\"c\"", 2, """{"spec":{"containers":[{"image":"c"},{"image":"c","args":["x"]}],"n":1}}""")]
    [InlineData("/spec/containers/*/image", "\"a\"", 1, """{"spec":{"containers":[{"image":"a"},{"image":"a","args":["x"]}],"n":1}}""")]
    [InlineData(
        "/spec/containers/1/args/-",
        "\"y\"",
        1,
        """{"spec":{"containers":[{"image":"a"},{"image":"b","args":["x","y"]}],"n":1}}"""
    )]
    [InlineData(
        "/spec/containers/*/env/A",
        "2",
        2,
        """{"spec":{"containers":[{"image":"a","env":{"A":2}},{"image":"b","args":["x"],"env":{"A":2}}],"n":1}}"""
    )]
    [InlineData(
        "/metadata/labels/a~1b",
        "\"c\"",
        1,
        """{"spec":{"containers":[{"image":"a"},{"image":"b","args":["x"]}],"n":1},"metadata":{"labels":{"a/b":"c"}}}"""
    )]
    [InlineData("/spec/n", "1", 0, Pod)]
    [InlineData("/spec/containers/*/ports/*/name", "\"c\"", 0, Pod)]
    public void Fields_are_set_wherever_their_parents_are(string path, string value, int changed, string expected)
    {
        var manifest = JsonNode.Parse(Pod)!;

        Assert.Equal(changed, FieldPattern.Parse(path).Set(manifest, JsonNode.Parse(value)));
        Assert.Equal(expected, manifest.ToJsonString());
    }

    [Theory]
    [InlineData("/spec/n/m")]
    [InlineData("/spec/containers/7/image")]
    [InlineData("/spec/containers/x")]
    public void A_field_whose_parent_can_not_hold_it_is_an_error(string path) =>
        Assert.Throws<EditException>(() => FieldPattern.Parse(path).Set(JsonNode.Parse(Pod)!, 1));

    [Theory]
    [InlineData("/spec/containers/*", 2, """{"spec":{"containers":[],"n":1}}""")]
    [InlineData("/spec/containers/*/args", 1, """{"spec":{"containers":[{"image":"a"},{"image":"b"}],"n":1}}""")]
    [InlineData("/spec/*", 2, """{"spec":{}}""")]
    [InlineData("/status", 0, Pod)]
    public void Fields_are_removed_where_they_are(string path, int removed, string expected)
    {
        var manifest = JsonNode.Parse(Pod)!;

        Assert.Equal(removed, FieldPattern.Parse(path).Remove(manifest));
        Assert.Equal(expected, manifest.ToJsonString());
    }

    [Fact]
    public void Only_texts_are_replaced()
    {
        var manifest = JsonNode.Parse(Pod)!;

        Assert.Equal(1, FieldPattern.Parse("/spec/containers/*/*").Replace(manifest, text => text == "a" ? "c" : text));
        Assert.Equal(0, FieldPattern.Parse("/spec/n").Replace(manifest, _ => "c"));
        Assert.Equal("c", (string?)manifest["spec"]!["containers"]![0]!["image"]);
    }

    [Theory]
    [InlineData(""), InlineData("spec"), InlineData("/a~2b"), InlineData("/a~")]
    public void What_is_no_path_of_a_field_is_refused(string text) => Assert.Throws<FormatException>(() => FieldPattern.Parse(text));
}
