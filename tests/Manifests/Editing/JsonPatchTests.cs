using System.Text.Json.Nodes;
using Holdfast.Manifests.Editing;

namespace Holdfast.Manifests.Tests.Editing;

public sealed class JsonPatchTests
{
    // RFC 6902, appendix A; of two in a row that differ in nothing else, one.
    [Theory]
    [InlineData("""{"foo":"bar"}""", "add /baz \"qux\"", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("""{"foo":["bar","baz"]}""", "add /foo/1 \"qux\"", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", "remove /baz", """{"foo":"bar"}""")]
    [InlineData("""{"foo":["bar","qux","baz"]}""", "remove /foo/1", """{"foo":["bar","baz"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", "replace /baz \"boo\"", """{"baz":"boo","foo":"bar"}""")]
    [InlineData("""{"foo":{"bar":"baz"},"qux":{}}""", "move /qux/thud < /foo/bar", """{"foo":{},"qux":{"thud":"baz"}}""")]
    [InlineData("""{"foo":["all","grass","cows","eat"]}""", "move /foo/3 < /foo/1", """{"foo":["all","cows","eat","grass"]}""")]
    [InlineData("""{"baz":"qux"}""", "test /baz \"qux\"", """{"baz":"qux"}""")]
    [InlineData("""{"foo":"bar"}""", """add /child {"grandchild":{}}""", """{"foo":"bar","child":{"grandchild":{}}}""")]
    [InlineData("""{"/":9,"~1":10}""", "test /~01 10", """{"/":9,"~1":10}""")]
    [InlineData("""{"foo":["bar"]}""", """add /foo/- ["abc","def"]""", """{"foo":["bar",["abc","def"]]}""")]
    [InlineData("""{"foo":null}""", "copy /bar < /foo", """{"foo":null,"bar":null}""")]
    public void Patches_as_the_RFC_says(string document, string patch, string expected) =>
        Assert.Equal(expected, JsonPatch.Apply(Object(document), [Operation(patch)])?.ToJsonString());

    [Theory]
    [InlineData("test /baz \"bar\"", """{"baz":"qux"}""")]
    [InlineData("test /~01 \"10\"", """{"/":9,"~1":10}""")]
    public void Where_a_test_fails_nothing_is_patched(string patch, string document)
    {
        var given = Object(document);

        Assert.Null(JsonPatch.Apply(given, [Operation("add /more 1"), Operation(patch)]));
        Assert.Equal(document, given.ToJsonString());
    }

    [Theory]
    [InlineData("""{"foo":"bar"}""", "add /baz/bat \"qux\"")]
    [InlineData("""{"foo":["a"]}""", "add /foo/2 \"b\"")]
    [InlineData("""{"foo":["a"]}""", "add /foo/01 \"b\"")]
    [InlineData("""{"foo":["a"]}""", "replace /foo/1 \"b\"")]
    [InlineData("""{"foo":["a"]}""", "remove /foo/-")]
    [InlineData("""{"foo":"bar"}""", "remove /bar")]
    [InlineData("""{"foo":{"bar":1}}""", "move /foo/bar/baz < /foo")]
    [InlineData("""{"foo":"bar"}""", "copy /baz < /bar")]
    [InlineData("""{"foo":"bar"}""", "test /bar 1")]
    [InlineData("""{"foo":"bar"}""", "replace  \"text\"")]
    public void What_names_something_that_is_not_there_is_an_error(string document, string patch) =>
        Assert.Throws<EditException>(() => JsonPatch.Apply(Object(document), [Operation(patch)]));

    private static JsonObject Object(string json) => JsonNode.Parse(json)!.AsObject();

    /// <param name="text"><c>op path value</c> or <c>op path &lt; from</c>.</param>
    private static PatchOperation Operation(string text)
    {
        var words = text.Split(' ', 3);
        var kind = Enum.Parse<PatchOperationKind>(words[0], ignoreCase: true);
        return words is [_, _, var rest]
            ? rest.StartsWith("< ", StringComparison.Ordinal)
                ? new(kind, words[1], rest[2..])
                : new(kind, words[1], null, JsonNode.Parse(rest))
            : new(kind, words[1]);
    }
}
