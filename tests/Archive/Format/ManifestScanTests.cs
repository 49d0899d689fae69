using System.Text;
using System.Text.Json;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Tests.Format;

public sealed class ManifestScanTests
{
    [Theory]
    [InlineData("""{"metadata":{"name":"a","labels":{"name":"a"}},"list":[{"name":1},{"name":2},[{"name":{}}]],"name":null}""", true)]
    [InlineData("""{"a":1,"a":2}""", false)]
    [InlineData("""{"b":{"a":{},"c":[{"x":1}],"a":1}}""", false)]
    [InlineData("""{"a":1,"\u0061":2}""", false)]
    [InlineData("""[{"a":1}]""", false)]
    [InlineData("""{"a":1}{"b":1}""", false)]
    [InlineData("""{"a":1""", false)]
    [InlineData("", false)]
    public void Recognises(string manifest, bool expected) =>
        Assert.Equal(expected, ManifestScan.IsPlain(Encoding.UTF8.GetBytes(manifest)));

    [Fact]
    public void What_is_recognised_is_what_a_document_is_made_of_however_it_is_damaged()
    {
        var random = new Random(20261130);
        var recognised = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(Value(random, 0));
            if (random.Next(3) == 0)
                bytes[random.Next(bytes.Length)] = (byte)"{}[]\",:a1\\"[random.Next(10)];
            if (!ManifestScan.IsPlain(bytes))
                continue;
            recognised++;
            using var document = JsonDocument.Parse(bytes, ManifestText.Options);
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }
        Assert.InRange(recognised, 1_000, 19_000);
    }

    [Theory]
    [InlineData(1_000), InlineData(1_001)]
    public void Depth_is_judged_as_before(int levels)
    {
        var manifest = Encoding.UTF8.GetBytes(
            $"{string.Concat(Enumerable.Repeat("{\"a\":", levels - 1))}{{}}{new string('}', levels - 1)}"
        );

        Assert.Equal(levels > FormatLimits.ManifestDepth, ManifestText.Fault(manifest) is not null);
    }

    /// <summary>Few names, so that some come twice.</summary>
    private static string Value(Random random, int depth) =>
        (depth == 0 ? 0 : random.Next(depth > 4 ? 2 : 4)) switch
        {
            0 when depth > 4 => "1",
            0 => $"{{{string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => Member(random, depth + 1)))}}}",
            1 => "\"a\"",
            2 => $"[{string.Join(',', Enumerable.Range(0, random.Next(3)).Select(_ => Value(random, depth + 1)))}]",
            _ => "null",
        };

    private static string Member(Random random, int depth) => $"\"{(char)('a' + random.Next(6))}\":{Value(random, depth)}";
}
