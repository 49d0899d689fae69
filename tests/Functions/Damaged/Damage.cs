using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;

namespace Holdfast.Functions.Tests.Damaged;

/// <summary>What becomes of a document that someone edits, copies to a wrong place, cuts short, or writes with another version.</summary>
/// <param name="Path">Of the document that is replaced.</param>
/// <param name="Kind">For the message of a failing case.</param>
internal sealed record Damage(string Path, string Kind, byte[] Content)
{
    /// <summary>Nothing can be made of it, whoever reads it.</summary>
    public bool IsNoDocument => Kind is "bytes" or "null" or "list" or "text" or "newer" or "cut";

    public override string ToString() => $"{Path} as {Kind}: {Convert.ToHexString(Content.AsSpan(0, Math.Min(Content.Length, 200)))}";

    public static Gen<Damage> Of(IReadOnlyDictionary<string, byte[]> documents) =>
        from path in Gen.Elements<string>([.. documents.Keys.Order(StringComparer.Ordinal)])
        from damage in Gen.Frequency(
            (3, Gen.ArrayOf(Gen.Choose(0, 255)).Select(bytes => new Damage(path, "bytes", [.. bytes.Select(one => (byte)one)]))),
            (1, Gen.Constant(new Damage(path, "null", "null"u8.ToArray()))),
            (1, Gen.Constant(new Damage(path, "list", "[]"u8.ToArray()))),
            (1, Gen.Constant(new Damage(path, "text", "\"text\""u8.ToArray()))),
            (1, Gen.Constant(new Damage(path, "empty", "{}"u8.ToArray()))),
            (1, Gen.Constant(new Damage(path, "newer", """{"version":2,"name":"x","of":["another","kind"]}"""u8.ToArray()))),
            (3, Gen.Choose(0, documents[path].Length - 1).Select(length => new Damage(path, "cut", documents[path][..length]))),
            (4, Gen.Elements<byte[]>([.. documents.Values]).Select(other => new Damage(path, "another", other))),
            (6, Gen.Choose(0, int.MaxValue).Select(seed => new Damage(path, "edited", Edited(documents[path], new(seed)))))
        )
        select damage;

    /// <summary>One value anywhere in it is another: null, a word that no one knows, an object, a number.</summary>
    private static byte[] Edited(byte[] document, Random random)
    {
        if (JsonNode.Parse(document.AsSpan(0, Length(document))) is not JsonObject root)
            return document;
        var places = Places(root).ToList();
        var (holder, name) = places[random.Next(places.Count)];
        JsonNode? value = random.Next(6) switch
        {
            0 => null,
            1 => "AWordThatNoOneKnows",
            2 => new JsonObject(),
            3 => new JsonArray([null]),
            4 => -1,
            _ => new JsonArray(),
        };
        if (random.Next(5) == 0)
            holder.Remove(name);
        else
            holder[name] = value;
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    /// <summary>Of the first line, where it has several.</summary>
    private static int Length(byte[] document) => document.AsSpan().IndexOf("\n{"u8) is var end && end >= 0 ? end : document.Length;

    private static IEnumerable<(JsonObject Holder, string Name)> Places(JsonNode? node) =>
        node switch
        {
            JsonObject inner => inner.SelectMany(member => Places(member.Value).Prepend((inner, member.Key))),
            JsonArray list => list.SelectMany(Places),
            _ => [],
        };
}
