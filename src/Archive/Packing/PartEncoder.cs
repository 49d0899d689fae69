using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;

namespace Holdfast.Archive.Packing;

/// <summary>
/// Turns manifests into one part after another: raw bytes are gathered in a small buffer, then hashed and compressed together, straight to
/// where the pack is. Nothing is allocated per manifest.
/// </summary>
internal sealed class PartEncoder(int level) : IDisposable
{
    private const int BatchBytes = 64 << 10;

    private readonly ZLibCompressionOptions options = new() { CompressionLevel = level };
    private readonly IncrementalHash plain = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] batch = ArrayPool<byte>.Shared.Rent(BatchBytes);
    private int batched;
    private Stream output = Stream.Null;
    private PartCipher? cipher;
    private IncrementalHash? keyed;
    private GZipStream? gzip;
    private bool disposed;

    /// <summary>Of the open part.</summary>
    public int Objects { get; private set; }

    /// <summary>Of the open part; line ends count.</summary>
    public long RawBytes { get; private set; }

    /// <summary>Where the compressed bytes of the parts go that are begun from here on.</summary>
    /// <param name="encrypted">Their digests are keyed; null: they aren't encrypted. All are of one data key.</param>
    public void Into(Stream destination, PartCipher? encrypted)
    {
        (output, cipher) = (destination, encrypted);
        if (encrypted is not null)
            keyed ??= encrypted.Key.NewDigest();
    }

    /// <summary>
    /// Adds one line. Raw line ends inside it can only be insignificant whitespace (JSON strings escape theirs) and are dropped.
    /// </summary>
    public void AppendLine(ReadOnlySpan<byte> typeMeta, ReadOnlySpan<byte> manifest)
    {
        if (typeMeta.Length > 0)
        {
            var inside = manifest.IndexOf((byte)'{') + 1;
            Put(manifest[..inside]);
            Put(typeMeta);
            manifest = manifest[inside..];
        }
        PutWithoutLineEnds(manifest);
        Put("\n"u8);
        Objects++;
    }

    /// <summary>Ends the open part, all of whose compressed bytes are in the output then, and starts afresh.</summary>
    public (int Objects, long RawBytes, ContentDigest RawDigest) Close()
    {
        FlushBatch();
        gzip?.Dispose();
        gzip = null;
        Span<byte> digest = stackalloc byte[32];
        Hash.GetHashAndReset(digest);
        var closed = (Objects, RawBytes, ContentDigest.FromHash(digest));
        (Objects, RawBytes) = (0, 0);
        return closed;
    }

    private IncrementalHash Hash => cipher is null ? plain : keyed!;

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        gzip?.Dispose();
        plain.Dispose();
        keyed?.Dispose();
        ArrayPool<byte>.Shared.Return(batch);
    }

    private void PutWithoutLineEnds(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOfAny((byte)'\n', (byte)'\r') is var end and >= 0)
        {
            Put(bytes[..end]);
            bytes = bytes[(end + 1)..];
        }
        Put(bytes);
    }

    private void Put(ReadOnlySpan<byte> bytes)
    {
        RawBytes += bytes.Length;
        while (bytes.Length > BatchBytes - batched)
        {
            var room = BatchBytes - batched;
            bytes[..room].CopyTo(batch.AsSpan(batched));
            batched = BatchBytes;
            FlushBatch();
            bytes = bytes[room..];
        }
        bytes.CopyTo(batch.AsSpan(batched));
        batched += bytes.Length;
    }

    private void FlushBatch()
    {
        if (batched == 0)
            return;
        if (gzip is null)
        {
            gzip = new(output, options, leaveOpen: true);
            if (cipher is not null)
                Hash.AppendData(cipher.Context.Bytes);
        }
        Hash.AppendData(batch, 0, batched);
        gzip.Write(batch, 0, batched);
        batched = 0;
    }
}
