using System.IO.Compression;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Opens one part: reads its range, unpacks it and verifies its digest before returning any of it.</summary>
internal static class PartReader
{
    /// <summary>How many bytes one byte of deflate gives at most (https://zlib.net/zlib_tech.html).</summary>
    private const long MostOfDeflate = 1032;

    /// <exception cref="ArchiveException">
    /// NotFound, DigestMismatch or Malformed, naming pack, segment and point; Locked: it is encrypted, and its key isn't here.
    /// </exception>
    public static async Task<byte[]> ReadAsync(IBlobStore store, Seal seal, Segment segment, Part part, CancellationToken cancellation)
    {
        var path = VaultPaths.Pack(seal.Cluster, part);
        var cipher = await CipherAsync(store, seal, segment, part, cancellation);
        var range = await ReadRangeAsync(store, path, part, cancellation);
        var (raw, fault) = range is null ? ([], ArchiveFailure.Malformed) : Open(range, part, cipher);
        return fault is null
            ? raw
            : throw await ExplainAsync(store, path, part, fault.Value, $"{InventoryRules.Describe(segment)} of {seal.Point}", cancellation);
    }

    /// <summary>No room is made for more than the bytes that are there can give, whatever the inventory promises.</summary>
    private static (byte[] Raw, ArchiveFailure? Fault) Open(byte[] stored, Part part, PartCipher? cipher)
    {
        if (part.RawBytes > MostOfDeflate * stored.Length)
            return ([], ArchiveFailure.DigestMismatch);
        var raw = GC.AllocateUninitializedArray<byte>((int)part.RawBytes);
        return (raw, Open(stored, part, cipher, raw));
    }

    /// <summary>
    /// Decrypts a part's bytes, unpacks and verifies them. Null, or the fault: Malformed if they aren't gzip, DigestMismatch if their
    /// content is something else; then nothing of <paramref name="raw"/> may be used.
    /// </summary>
    /// <param name="cipher">Null: it isn't encrypted.</param>
    /// <param name="raw">Is filled; as long as <see cref="Part.RawBytes"/>.</param>
    public static ArchiveFailure? Open(ReadOnlyMemory<byte> stored, Part part, PartCipher? cipher, Span<byte> raw)
    {
        if (cipher is null)
            return Unpack(stored, part, cipher, raw);
        return cipher.Open(stored.Span, out var gzip) is { } fault ? fault : Unpack(gzip, part, cipher, raw);
    }

    /// <returns>Null: the part isn't encrypted.</returns>
    private static async ValueTask<PartCipher?> CipherAsync(
        IBlobStore store,
        Seal seal,
        Segment segment,
        Part part,
        CancellationToken cancellation
    )
    {
        if (part.Key is not { } id)
            return null;
        var key = await VaultKeys.Of(store).FindAsync(id, cancellation);
        return new(key, ItemContext.OfParts(seal.Cluster, seal.ClusterUid, segment.Resource, segment.Namespace));
    }

    private static ArchiveFailure? Unpack(ReadOnlyMemory<byte> gzip, Part part, PartCipher? cipher, Span<byte> raw)
    {
        if (!gzip.Span.StartsWith(GzipHeader.Magic))
            return ArchiveFailure.Malformed;
        try
        {
            using var input = new GZipStream(new ReadOnlyMemoryStream(gzip), CompressionMode.Decompress);
            if (input.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false) != raw.Length || input.ReadByte() >= 0)
                return ArchiveFailure.DigestMismatch;
        }
        catch (InvalidDataException)
        {
            return ArchiveFailure.Malformed;
        }
        var digest = cipher?.DigestOf(raw) ?? ContentDigest.Of(raw);
        return digest != part.RawDigest || raw.Count((byte)'\n') != part.Objects || raw[^1] != (byte)'\n'
            ? ArchiveFailure.DigestMismatch
            : null;
    }

    /// <summary>
    /// The named version; without it (a copied vault) whatever is stored under the name, since the digest verifies it anyway.
    /// </summary>
    private static async Task<byte[]?> ReadRangeAsync(IBlobStore store, string path, Part part, CancellationToken cancellation)
    {
        var range = await store.ReadRangeAsync(path, part.PackVersion, part.Offset, (int)part.Length, cancellation);
        return range is null && part.PackVersion is not null
            ? await store.ReadRangeAsync(path, null, part.Offset, (int)part.Length, cancellation)
            : range;
    }

    /// <summary>
    /// Distinguishes bytes that changed after they were written from bytes that were written wrong: only in the former case does the pack's
    /// digest differ from its name.
    /// </summary>
    private static async Task<ArchiveException> ExplainAsync(
        IBlobStore store,
        string path,
        Part part,
        ArchiveFailure fault,
        string subject,
        CancellationToken cancellation
    )
    {
        var pack = await store.ReadAsync(path, part.PackVersion, cancellation) ?? await store.ReadAsync(path, null, cancellation);
        var codec = part.Key is null ? "gzip" : "encrypted gzip";
        const string Next = "Nothing of it was returned; run 'holdfast verify' to list all damage";
        if (pack is null)
            return new(ArchiveFailure.NotFound, $"{path} is missing in {store.Location}; it held {subject}. {Next}");
        if (ContentDigest.Of(pack) != part.Pack)
            return new(
                ArchiveFailure.DigestMismatch,
                $"{path} in {store.Location} was changed or truncated after it was written: {subject} can't be read. {Next}"
            );
        return new(
            fault,
            $"{path} is unchanged, but doesn't hold {subject} where the inventory "
                + $"says it is{(fault == ArchiveFailure.Malformed ? $", or in a codec other than {codec}" : "")}. {Next}"
        );
    }
}
