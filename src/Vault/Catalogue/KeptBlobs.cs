using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Holdfast.Control;
using Holdfast.Machine.Faults;

namespace Holdfast.Vault.Catalogue;

/// <summary>
/// Small blobs of one cluster, kept outside of the vault so that each is read there once. A cache: it may be deleted at any time, and
/// whatever is wrong with it, the vault is read instead. What was kept first stays. Adding is thread-safe.
/// </summary>
/// <param name="folder">Of the store, with a closing slash; holds nothing else.</param>
internal sealed class KeptBlobs(IDocumentStore store, string folder)
{
    /// <summary>A document that has so many is complete, and never written again.</summary>
    private const int BlobsOfChunk = 1024;
    private const int BytesOfChunk = 4 << 20;

    /// <summary>Larger ones are read from the vault each time: a seal has about one KiB.</summary>
    private const int LargestBlob = 64 << 10;
    private const int LargestChunk = 64 << 20;

    private readonly ConcurrentDictionary<string, KeptBlob> blobs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<KeptBlob> added = [];
    private List<KeptBlob> open = [];
    private int number;

    public IEnumerable<string> Paths => blobs.Keys;

    public static async Task<KeptBlobs> ReadAsync(IDocumentStore store, string folder, CancellationToken cancellation)
    {
        var kept = new KeptBlobs(store, folder);
        while (await kept.ReadChunkAsync(kept.number, cancellation) is { } chunk)
        {
            foreach (var blob in chunk)
                kept.Take(blob);
            kept.open = chunk;
            if (!IsComplete(chunk))
                break;
            (kept.number, kept.open) = (kept.number + 1, []);
        }
        return kept;
    }

    public KeptBlob? Find(string path) => blobs.GetValueOrDefault(path);

    /// <summary>One whose bytes are those that were kept replaces it: its identity may be another one.</summary>
    public void Add(KeptBlob blob)
    {
        if (blob.Content.Length <= LargestBlob && Take(blob))
            added.Enqueue(blob);
    }

    private bool Take(KeptBlob blob) =>
        blobs.AddOrUpdate(blob.Path, blob, (_, known) => known.Content.AsSpan().SequenceEqual(blob.Content) ? blob : known) == blob;

    /// <summary>Writes what was added. Where that isn't possible it is read from the vault again next time.</summary>
    public async Task SaveAsync(CancellationToken cancellation)
    {
        try
        {
            while (!added.IsEmpty)
            {
                while (!IsComplete(open) && added.TryDequeue(out var blob))
                    open.Add(blob);
                await store.PutAsync(PathOf(number), Pack(open), cancellation);
                if (IsComplete(open))
                    (number, open) = (number + 1, []);
            }
        }
        catch (ControlException)
        {
            // a cache
        }
    }

    private static bool IsComplete(List<KeptBlob> chunk) => chunk.Count >= BlobsOfChunk || chunk.Sum(b => b.Content.Length) >= BytesOfChunk;

    private string PathOf(int chunk) => $"{folder}{chunk.ToString("00000", CultureInfo.InvariantCulture)}.json.gz";

    /// <returns>Null: there is none, or nothing can be done with it; then it is written over.</returns>
    private async Task<List<KeptBlob>?> ReadChunkAsync(int chunk, CancellationToken cancellation)
    {
        try
        {
            return await store.ReadAsync(PathOf(chunk), cancellation) is { } document ? Unpack(document.Content) : null;
        }
        catch (ControlException)
        {
            return null;
        }
    }

    private static byte[] Pack(List<KeptBlob> chunk)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest))
            JsonSerializer.Serialize(gzip, new KeptChunk(KeptChunk.CurrentVersion, [.. chunk]), CatalogueJson.Default.KeptChunk);
        return output.ToArray();
    }

    internal static List<KeptBlob>? Unpack(ReadOnlyMemory<byte> packed)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(packed.ToArray(), writable: false), CompressionMode.Decompress);
            var json = new MemoryStream();
            var buffer = new byte[64 << 10];
            for (int read; (read = gzip.Read(buffer)) > 0 && json.Length <= LargestChunk; )
                json.Write(buffer, 0, read);
            if (json.Length > LargestChunk)
                return null;
            var chunk = JsonSerializer.Deserialize(json.GetBuffer().AsSpan(0, (int)json.Length), CatalogueJson.Default.KeptChunk);
            return chunk is { Version: KeptChunk.CurrentVersion } ? [.. chunk.Blobs] : null;
        }
        catch (Exception e) when (ForeignBytes.AreAtFault(e))
        {
            return null;
        }
    }
}
