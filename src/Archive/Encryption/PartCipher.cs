using Holdfast.Archive.Format;

namespace Holdfast.Archive.Encryption;

/// <summary>Encrypts and decrypts the parts of one segment.</summary>
internal sealed record PartCipher(DataKey Key, ItemContext Context)
{
    public void Write(ReadOnlySpan<byte> gzip, Stream output) => SealedFrames.Write(Key, Context, gzip, output);

    /// <inheritdoc cref="SealedFrames.Open"/>
    public ArchiveFailure? Open(ReadOnlySpan<byte> stored, out byte[] gzip) => SealedFrames.Open(Key, Context, stored, out gzip);

    public ContentDigest DigestOf(ReadOnlySpan<byte> raw) => Key.DigestOf(Context, raw);
}
