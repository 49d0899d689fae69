using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Encryption;

/// <summary>
/// Bytes in frames of AES-256-GCM, behind a header with the data key's id. A frame's number, and whether it is the last one, are
/// authenticated with what the bytes are of: frames can't be reordered, left out, added or moved. Nonces follow from the content, so that
/// equal content of the same item gives equal bytes. Specified in docs/format.md, "Encryption".
/// </summary>
internal static class SealedFrames
{
    /// <summary>Of content in each frame but the last.</summary>
    public const int FrameBytes = 16 << 10;

    public const int HeaderBytes = 4 + 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int Overhead = NonceBytes + TagBytes;

    private static ReadOnlySpan<byte> Magic => "HFE\x01"u8;

    /// <param name="content">Not empty.</param>
    public static void Write(DataKey key, ItemContext context, ReadOnlySpan<byte> content, Stream output)
    {
        if (content.IsEmpty)
            throw new ArgumentException("there is nothing to encrypt", nameof(content));
        output.Write(Magic);
        output.Write(Convert.FromHexString(key.Id.ToString()));
        using var cipher = new AesGcm(key.Cipher, TagBytes);
        using var nonces = key.NewNonce();
        var frame = ArrayPool<byte>.Shared.Rent(FrameBytes + Overhead);
        var bound = NewBound(context);
        Span<byte> hash = stackalloc byte[32];
        try
        {
            for (uint number = 0; !content.IsEmpty; number++)
            {
                var part = content[..Math.Min(content.Length, FrameBytes)];
                content = content[part.Length..];
                Bind(bound, number, content.IsEmpty);
                nonces.AppendData(bound);
                nonces.AppendData(part);
                nonces.GetHashAndReset(hash);
                var nonce = hash[..NonceBytes];
                nonce.CopyTo(frame);
                var tag = frame.AsSpan(NonceBytes + part.Length, TagBytes);
                cipher.Encrypt(nonce, part, frame.AsSpan(NonceBytes, part.Length), tag, bound);
                output.Write(frame.AsSpan(0, part.Length + Overhead));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    public static byte[] Write(DataKey key, ItemContext context, ReadOnlySpan<byte> content)
    {
        using var output = new MemoryStream();
        Write(key, context, content, output);
        return output.ToArray();
    }

    /// <summary>Null, or the fault; then nothing is returned of what any frame holds.</summary>
    /// <returns>Malformed: it is no such sequence, or of another key. DigestMismatch: it isn't what was encrypted as this.</returns>
    public static ArchiveFailure? Open(DataKey key, ItemContext context, ReadOnlySpan<byte> sealedBytes, out byte[] content)
    {
        content = [];
        if (LengthOf(sealedBytes.Length) is not { } length || !IsHeader(sealedBytes[..HeaderBytes], key))
            return ArchiveFailure.Malformed;
        var frames = sealedBytes[HeaderBytes..];
        var opened = GC.AllocateUninitializedArray<byte>(length);
        var bound = NewBound(context);
        using var cipher = new AesGcm(key.Cipher, TagBytes);
        try
        {
            var done = 0;
            for (uint number = 0; done < length; number++)
            {
                var bytes = Math.Min(length - done, FrameBytes);
                Bind(bound, number, done + bytes == length);
                cipher.Decrypt(
                    frames[..NonceBytes],
                    frames.Slice(NonceBytes, bytes),
                    frames.Slice(NonceBytes + bytes, TagBytes),
                    opened.AsSpan(done, bytes),
                    bound
                );
                frames = frames[(bytes + Overhead)..];
                done += bytes;
            }
        }
        catch (AuthenticationTagMismatchException)
        {
            return ArchiveFailure.DigestMismatch;
        }
        content = opened;
        return null;
    }

    /// <summary>Of what is inside; null: no content gives so many bytes.</summary>
    private static int? LengthOf(int sealedLength)
    {
        var frames = sealedLength - HeaderBytes;
        if (frames <= Overhead)
            return null;
        var (whole, rest) = Math.DivRem(frames, FrameBytes + Overhead);
        return rest switch
        {
            0 => whole * FrameBytes,
            > Overhead => (whole * FrameBytes) + rest - Overhead,
            _ => null,
        };
    }

    private static bool IsHeader(ReadOnlySpan<byte> header, DataKey key) =>
        header.StartsWith(Magic) && ContentDigest.FromHash(header[Magic.Length..]) == key.Id;

    /// <summary>A frame's tag is also over what the bytes are of, the frame's number, and whether it is the last.</summary>
    private static byte[] NewBound(ItemContext context) => [.. context.Bytes, 0, 0, 0, 0, 0];

    private static void Bind(byte[] bound, uint number, bool isLast)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bound.AsSpan(bound.Length - sizeof(uint) - 1), number);
        bound[^1] = isLast ? (byte)1 : (byte)0;
    }
}
