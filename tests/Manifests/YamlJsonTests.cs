using System.Text.Json;

namespace Holdfast.Manifests.Tests;

public sealed class YamlJsonTests
{
    [Theory]
    [InlineData("a: 1\nb: [true, ~, 1.5, 010, x, \"1\", 'true', 1e3]", """{"a":1,"b":[true,null,1.5,"010","x","1","true",1e3]}""")]
    [InlineData("a:\n- b: c\n  d:\n- {}\n", """{"a":[{"b":"c","d":null},{}]}""")]
    [InlineData("a: |\n  one\n  two\n", """{"a":"one\ntwo\n"}""")]
    [InlineData("""{"a": {"b": [1, "x"]}}""", """{"a":{"b":[1,"x"]}}""")]
    [InlineData("# only a comment", null)]
    public void YAML_reads_as_JSON(string yaml, string? expected) => Assert.Equal(expected, YamlJson.Read(yaml)?.ToJsonString());

    [Theory]
    [InlineData("a: &x 1\nb: *x"), InlineData("a: 1\na: 2"), InlineData("a: 1\n---\nb: 2"), InlineData("a: ["), InlineData("[a]: b")]
    public void What_can_not_be_meant_is_refused_with_its_place(string yaml) =>
        Assert.Contains("line", Assert.Throws<JsonException>(() => YamlJson.Read(yaml)).Message, StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Throws<JsonException>(() => YamlJson.Read(new string('[', 100_000)));
}
