using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>A SHA-256, written as 64 lower-case hex digits. Equality is of all 32 bytes; <c>default</c> isn't a digest.</summary>
[JsonConverter(typeof(ContentDigestJson))]
public readonly record struct ContentDigest
{
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly ulong a,
        b,
        c,
        d;

    private ContentDigest(ReadOnlySpan<byte> hash)
    {
        a = BinaryPrimitives.ReadUInt64BigEndian(hash);
        b = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        c = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        d = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    public static ContentDigest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(content, hash);
        return new(hash);
    }

    /// <summary>Wraps a hash that was computed elsewhere; exactly 32 bytes.</summary>
    public static ContentDigest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == 32 ? new(hash) : throw new ArgumentException("a SHA-256 has 32 bytes", nameof(hash));

    /// <summary>Which of so many equal shares of all digests it is in, from 0.</summary>
    public int Share(int of) => (int)(a % (ulong)of);

    /// <summary>Reads 64 lower-case hex digits; anything else, upper case too, is refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ContentDigest digest)
    {
        digest = default;
        if (text is not { Length: 64 } || text.AsSpan().ContainsAnyExcept(LowerHex))
            return false;
        digest = new(Convert.FromHexString(text));
        return true;
    }

    public override string ToString()
    {
        Span<byte> hash = stackalloc byte[32];
        BinaryPrimitives.WriteUInt64BigEndian(hash, a);
        BinaryPrimitives.WriteUInt64BigEndian(hash[8..], b);
        BinaryPrimitives.WriteUInt64BigEndian(hash[16..], c);
        BinaryPrimitives.WriteUInt64BigEndian(hash[24..], d);
        return Convert.ToHexStringLower(hash);
    }
}

public sealed class ContentDigestJson : JsonConverter<ContentDigest>
{
    public override ContentDigest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && ContentDigest.TryParse(reader.GetString(), out var digest)
            ? digest
            : throw new JsonException("not a SHA-256 in 64 lower-case hex digits");

    public override void Write(Utf8JsonWriter writer, ContentDigest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
