using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.TestKit.Files;

namespace Holdfast.Fuzzing.Tests;

/// <summary>Valid inputs: what releases wrote, the vectors of the format, the scenarios, and the documents of the manual.</summary>
internal static partial class Seeds
{
    public const string Release = "tests/vectors/releases/0.2.0";

    public static ImmutableArray<byte[]> Of(params ReadOnlySpan<string> texts)
    {
        var seeds = ImmutableArray.CreateBuilder<byte[]>();
        foreach (var text in texts)
            seeds.Add(Encoding.UTF8.GetBytes(text));
        return seeds.ToImmutable();
    }

    /// <summary>Files below a folder of the repository, in order of their names.</summary>
    public static ImmutableArray<byte[]> Files(string folder, string pattern, int most = 8) =>
        [
            .. Directory
                .GetFiles(RepositoryFiles.Path(folder), pattern, SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Take(most)
                .Select(File.ReadAllBytes),
        ];

    /// <summary>Blobs of a vector of the format whose path ends so.</summary>
    public static ImmutableArray<byte[]> Vector(string name, string end) =>
        [
            .. JsonNode.Parse(File.ReadAllText(RepositoryFiles.Path($"tests/vectors/archive/{name}.json")))!["blobs"]!
                .AsObject()
                .Where(blob => blob.Key.EndsWith(end, StringComparison.Ordinal))
                .Select(blob => Convert.FromBase64String((string)blob.Value!)),
        ];

    /// <summary>The code blocks of a page of the manual in a language.</summary>
    public static ImmutableArray<byte[]> Page(string page, string language, string containing) =>
        [
            .. Block()
                .Matches(File.ReadAllText(RepositoryFiles.Path($"docs/{page}")))
                .Where(m => m.Groups["language"].Value == language)
                .Select(m => m.Groups["text"].Value)
                .Where(text => text.Contains(containing, StringComparison.Ordinal))
                .Select(Encoding.UTF8.GetBytes),
        ];

    public static byte[] Packed(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
            gzip.Write(content);
        return output.ToArray();
    }

    public static byte[] Unpacked(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var output = new MemoryStream();
        gzip.CopyTo(output);
        return output.ToArray();
    }

    /// <summary>So much of nothing, in a thousandth of its bytes.</summary>
    public static byte[] Bomb(string beginning, int bytes) => Packed([.. Encoding.UTF8.GetBytes(beginning), .. new byte[bytes]]);

    public static string Text(byte[] input) => Encoding.UTF8.GetString(input);

    [GeneratedRegex("```(?<language>[a-z]+)\n(?<text>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Block();
}
