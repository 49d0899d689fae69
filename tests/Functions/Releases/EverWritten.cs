using System.Collections.Concurrent;
using Holdfast.Control;

namespace Holdfast.Functions.Tests.Releases;

/// <summary>A control container that remembers every document as it was last written, also those that were deleted since.</summary>
internal sealed class EverWritten : IDocumentStore
{
    private readonly MemoryDocuments documents = new();

    public ConcurrentDictionary<string, byte[]> Written { get; } = new(StringComparer.Ordinal);

    public UnusableDocuments Unusable => documents.Unusable;

    public Task<StoredDocument?> ReadAsync(string path, CancellationToken cancellation) => documents.ReadAsync(path, cancellation);

    public async Task<string?> CreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        Note(path, content, await documents.CreateAsync(path, content, cancellation));

    public async Task<string?> ReplaceAsync(string path, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation) =>
        Note(path, content, await documents.ReplaceAsync(path, content, etag, cancellation));

    public async Task PutAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await documents.PutAsync(path, content, cancellation);
        Note(path, content, "");
    }

    public Task<bool> DeleteAsync(string path, string? etag, CancellationToken cancellation) =>
        documents.DeleteAsync(path, etag, cancellation);

    public IAsyncEnumerable<string> ListAsync(string prefix, string? after, CancellationToken cancellation) =>
        documents.ListAsync(prefix, after, cancellation);

    private string? Note(string path, ReadOnlyMemory<byte> content, string? etag)
    {
        if (etag is not null)
            Written[path] = content.ToArray();
        return etag;
    }
}
