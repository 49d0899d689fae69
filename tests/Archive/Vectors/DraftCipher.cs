using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Tests.Vectors;

/// <summary>Encryption as docs/format.md describes it, written from that page alone: what the reader under test is compared with.</summary>
internal static class DraftCipher
{
    private const int FrameBytes = 16_384;

    public static ContentDigest IdOf(byte[] dataKey) => ContentDigest.FromHash(Subkey(dataKey, "id"));

    public static byte[] Context(string kind, string first, string second)
    {
        using var context = new MemoryStream();
        foreach (var field in new[] { "holdfast-1", kind, "prod", "0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11", first, second })
        {
            var text = Encoding.UTF8.GetBytes(field);
            context.Write(Big(text.Length));
            context.Write(text);
        }
        return context.ToArray();
    }

    public static ContentDigest Digest(byte[] dataKey, byte[] context, byte[] content) =>
        ContentDigest.FromHash(Hmac(Subkey(dataKey, "digest"), [.. context, .. content]));

    public static byte[] Header(byte[] dataKey) => [(byte)'H', (byte)'F', (byte)'E', 1, .. Subkey(dataKey, "id")];

    public static byte[] Seal(byte[] dataKey, byte[] context, byte[] content) =>
        [.. Header(dataKey), .. Frames(dataKey, context, content).SelectMany(f => f)];

    public static IReadOnlyList<byte[]> Frames(byte[] dataKey, byte[] context, byte[] content)
    {
        var frames = new List<byte[]>();
        using var cipher = new AesGcm(Subkey(dataKey, "encryption"), 16);
        for (var start = 0; start < content.Length; start += FrameBytes)
        {
            var part = content[start..Math.Min(start + FrameBytes, content.Length)];
            byte[] bound = [.. context, .. Big(frames.Count), start + part.Length == content.Length ? (byte)1 : (byte)0];
            var nonce = Hmac(Subkey(dataKey, "nonce"), [.. bound, .. part])[..12];
            var (sealedPart, tag) = (new byte[part.Length], new byte[16]);
            cipher.Encrypt(nonce, part, sealedPart, tag, bound);
            frames.Add([.. nonce, .. sealedPart, .. tag]);
        }
        return frames;
    }

    /// <summary>HKDF (RFC 5869) with SHA-256, no salt and one block of output.</summary>
    private static byte[] Subkey(byte[] dataKey, string purpose)
    {
        var extracted = Hmac(new byte[32], dataKey);
        return Hmac(extracted, [.. Encoding.ASCII.GetBytes($"holdfast-1 {purpose}"), 1]);
    }

    private static byte[] Hmac(byte[] key, byte[] content) => HMACSHA256.HashData(key, content);

    private static byte[] Big(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }
}
