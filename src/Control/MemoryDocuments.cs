using System.Globalization;
using System.Runtime.CompilerServices;
using Holdfast.Archive.Stores;

namespace Holdfast.Control;

/// <summary>A control container in memory: for tests, and for a demonstration that leaves nothing behind.</summary>
public sealed class MemoryDocuments : IDocumentStore
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, StoredDocument> documents = new(StringComparer.Ordinal);
    private long writes;

    public UnusableDocuments Unusable { get; } = new();

    public Task<StoredDocument?> ReadAsync(string path, CancellationToken cancellation) =>
        Locked(path, () => documents.GetValueOrDefault(path), cancellation);

    public Task<string?> CreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        Locked(path, () => documents.ContainsKey(path) ? null : Write(path, content), cancellation);

    public Task<string?> ReplaceAsync(string path, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation) =>
        Locked(path, () => documents.GetValueOrDefault(path)?.ETag == etag ? Write(path, content) : null, cancellation);

    public Task PutAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        Locked(path, () => Write(path, content), cancellation);

    public Task<bool> DeleteAsync(string path, string? etag, CancellationToken cancellation) =>
        Locked(
            path,
            () =>
            {
                if (etag is not null && documents.TryGetValue(path, out var present) && present.ETag != etag)
                    return false;
                documents.Remove(path);
                return true;
            },
            cancellation
        );

    public async IAsyncEnumerable<string> ListAsync(string prefix, string? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        BlobPath.RequirePrefix(prefix);
        List<string> paths;
        lock (gate)
            paths =
            [
                .. documents.Keys.Where(p =>
                    p.StartsWith(prefix, StringComparison.Ordinal) && (after is null || string.CompareOrdinal(p, after) > 0)
                ),
            ];
        foreach (var path in paths)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return path;
        }
        await Task.CompletedTask;
    }

    private string Write(string path, ReadOnlyMemory<byte> content)
    {
        var etag = (++writes).ToString(CultureInfo.InvariantCulture);
        documents[path] = new(content.ToArray(), etag);
        return etag;
    }

    private Task<T> Locked<T>(string path, Func<T> action, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        BlobPath.Require(path);
        lock (gate)
            return Task.FromResult(action());
    }
}
