using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Cli.Output;
using YamlDotNet.RepresentationModel;

namespace Holdfast.Cli.Tests.Output;

public sealed class YamlTextTests
{
    [Theory]
    [
        InlineData("yes"),
        InlineData("No"),
        InlineData("on"),
        InlineData("null"),
        InlineData("~"),
        InlineData(""),
        InlineData("1"),
        InlineData("1.0"),
        InlineData("0x1F"),
        InlineData("1e3")
    ]
    [
        InlineData("2026-11-22"),
        InlineData("12:30:45"),
        InlineData("-1"),
        InlineData(".5"),
        InlineData("+.inf"),
        InlineData(".NaN"),
        InlineData("<<"),
        InlineData("true"),
        InlineData("0777")
    ]
    public void A_string_that_yaml_would_read_as_another_type_is_quoted(string value) =>
        Assert.Equal($"a: \"{value}\"\n", Text(new JsonObject { ["a"] = value }));

    [Theory]
    [
        InlineData("plain"),
        InlineData(" leading"),
        InlineData("trailing "),
        InlineData("colon: inside"),
        InlineData("# no comment"),
        InlineData("- item"),
        InlineData("{}"),
        InlineData("[x]"),
        InlineData("'single'")
    ]
    [
        InlineData("\"double\""),
        InlineData("a\nb"),
        InlineData("a\nb\n"),
        InlineData("a\n\n\nb\n\n"),
        InlineData("\n"),
        InlineData("tab\there"),
        InlineData("\tleading tab\nx"),
        InlineData("cr\r\nlf"),
        InlineData("\u0085\u2028x"),
        InlineData("\0\a\e")
    ]
    [
        InlineData("ünïcödé 日本 🎉"),
        InlineData("a \nb"),
        InlineData("&anchor"),
        InlineData("*alias"),
        InlineData("!tag"),
        InlineData("%directive"),
        InlineData("@at"),
        InlineData("`tick"),
        InlineData("---"),
        InlineData("...")
    ]
    [InlineData("#!/bin/sh\nif true; then\n  echo \"x\"\nfi\n")]
    public void A_string_comes_back_as_it_was(string value)
    {
        var text = Text(new JsonObject { ["a"] = value, [value + "key"] = new JsonArray(value) });

        var map = (YamlMappingNode)Parsed(text).RootNode;

        Assert.Equal(value, ((YamlScalarNode)map["a"]).Value);
        Assert.Equal(value, ((YamlScalarNode)((YamlSequenceNode)map[value + "key"])[0]).Value);
    }

    [Fact]
    public void Numbers_booleans_and_nulls_stay_as_they_are_written()
    {
        var text = Text(JsonNode.Parse("""{"a":1.10,"b":12345678901234567890,"c":true,"d":null,"e":{},"f":[],"g":1e400}""")!);

        Assert.Equal("a: 1.10\nb: 12345678901234567890\nc: true\nd: null\ne: {}\nf: []\ng: 1e400\n", text);
    }

    [Fact]
    public void Documents_are_parted_by_a_line_of_dashes()
    {
        var text = Text(new JsonObject { ["a"] = "x" }, new JsonObject { ["b"] = "z" });

        Assert.Equal("a: x\n---\nb: z\n", text);
    }

    private static string Text(params JsonNode[] documents)
    {
        using var stream = new MemoryStream();
        using (var yaml = new YamlText(stream))
        {
            foreach (var document in documents)
                yaml.Write(document);
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static YamlDocument Parsed(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents[0];
    }
}
