using System.Security.Cryptography;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;

namespace Holdfast.Capture.Exporting;

/// <summary>
/// Digests, item by item, what decides a segment's bytes. The same whether fed from whole objects or from their metadata, and whether in
/// one go or in pieces. Reused over segments; not thread-safe.
/// </summary>
/// <remarks>
/// The text (a header, then a line per item) is cut into blocks of 4,064 bytes; each full block's SHA-256 together with its predecessor's
/// becomes the next chain value, so that the state between two items is small and can be handed to another process, which that of a plain
/// SHA-256 can't.
/// </remarks>
internal sealed class SegmentFingerprint
{
    private const int Chain = 32;
    private readonly byte[] block = new byte[4096];
    private int filled;

    /// <summary>The text before the items: everything else that decides a list's bytes.</summary>
    public static byte[] Header(PlannedType type, string serverVersion) =>
        Encoding.UTF8.GetBytes(
            $"holdfast-fingerprint/1\n{type.Type.Group}/{type.Type.Version}/{type.Type.Resource}\n{serverVersion}\n{type.Definition}\n"
        );

    public void Begin(ReadOnlySpan<byte> header)
    {
        Array.Clear(block, 0, Chain);
        filled = Chain;
        Add(header);
    }

    public void Item(ReadOnlySpan<byte> uid, ReadOnlySpan<byte> resourceVersion)
    {
        Add(uid);
        Add(" "u8);
        Add(resourceVersion);
        Add("\n"u8);
    }

    public ContentDigest Complete() => ContentDigest.Of(block.AsSpan(0, filled));

    public string Save() => Convert.ToBase64String(block, 0, filled);

    public void Restore(string saved)
    {
        if (!Convert.TryFromBase64String(saved, block, out filled) || filled < Chain)
            throw new ArgumentException("not the saved state of a fingerprint", nameof(saved));
    }

    private void Add(ReadOnlySpan<byte> text)
    {
        while (text.Length >= block.Length - filled)
        {
            var room = block.Length - filled;
            text[..room].CopyTo(block.AsSpan(filled));
            text = text[room..];
            Fold();
        }
        text.CopyTo(block.AsSpan(filled));
        filled += text.Length;
    }

    private void Fold()
    {
        Span<byte> hash = stackalloc byte[Chain];
        SHA256.HashData(block, hash);
        hash.CopyTo(block);
        filled = Chain;
    }
}
