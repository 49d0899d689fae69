using System.Text;
using Holdfast.Cli.Output;
using Holdfast.Machine.Terminals;

namespace Holdfast.Cli.Tests.Output;

public sealed class PrintableTests
{
    [Theory]
    [InlineData("plain", "plain"), InlineData("ünïcödé-名前-🎉", "ünïcödé-名前-🎉")]
    [InlineData("\e]0;title\a", "\\u001b]0;title\\u0007")]
    [InlineData("\e[31mred\e[0m", "\\u001b[31mred\\u001b[0m"), InlineData("\e[2J", "\\u001b[2J")]
    [InlineData("a\rb\0\u007f\u009b31m", "a\\u000db\\u0000\\u007f\\u009b31m")]
    [InlineData("one\nholdfast: restored\ttwo\u2028three", "one\\nholdfast: restored\\ttwo\\u2028three")]
    [InlineData("\u202Egnp.exe\u2066\u061c", "\\u202egnp.exe\\u2066\\u061c")]
    [InlineData("\ufeffad\u200bmin\u200d\u00ad", "\\ufeffad\\u200bmin\\u200d\\u00ad")]
    [InlineData("\U000e0041", "\\udb40\\udc41"), InlineData("\e", "\\u001b")]
    public void What_a_terminal_would_obey_or_hide_is_shown_instead(string text, string shown)
    {
        Assert.Equal(shown, Printable.Of(text));
        Assert.Equal(shown, Ink.Resolve(text));
    }

    [Fact]
    public void Half_a_character_is_shown_instead() => Assert.Equal("a\\ud800b", Printable.Of("a\ud800b"));

    [Fact]
    public void Colours_are_those_of_the_ink_only()
    {
        var ink = new Ink(enabled: true);

        Assert.Equal("\e[31ma\\u001b[32mb\e[0m", Ink.Resolve(ink.Red("a\e[32mb")));
        Assert.Equal("\e[31mred\e[0m plain", Ink.Resolve($"{ink.Red("red")} plain"));
        Assert.Equal(9, Ink.Width($"{ink.Red("red")} plain"));
        Assert.Equal("red", Ink.Resolve(new Ink(enabled: false).Red("red")));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(1000)]
    public void A_document_is_the_same_document_and_steers_nothing_however_it_is_cut(int size)
    {
        const string Document = "{\n  \"a\u009b\u202e\u200b\": \"名前🎉\u007f\U000e0041\ufeff\"\n}\n";
        using var passed = new MemoryStream();
        using (var documents = new PrintableStream(passed))
        {
            foreach (var piece in Encoding.UTF8.GetBytes(Document).Chunk(size))
                documents.Write(piece);
            documents.Flush();
        }

        var text = Encoding.UTF8.GetString(passed.ToArray());
        Assert.Equal("{\n  \"a\\u009b\\u202e\\u200b\": \"名前🎉\\u007f\\udb40\\udc41\\ufeff\"\n}\n", text);
        Assert.Equal(
            System.Text.Json.Nodes.JsonNode.Parse(Document)!.ToJsonString(),
            System.Text.Json.Nodes.JsonNode.Parse(text)!.ToJsonString()
        );
    }
}
