using Holdfast.Control;

namespace Holdfast.TestKit.Stores;

/// <summary>A control store that does what a test wants before a call, which fails with what that throws; otherwise the inner
/// store.</summary>
/// <param name="before">Receives the operation (<c>Read</c>, <c>Create</c>, ...) and the path.</param>
public sealed class FaultyDocuments(IDocumentStore inner, Func<string, string, Task> before) : IDocumentStore
{
    public UnusableDocuments Unusable => inner.Unusable;

    public async Task<StoredDocument?> ReadAsync(string path, CancellationToken cancellation)
    {
        await before("Read", path);
        return await inner.ReadAsync(path, cancellation);
    }

    public async Task<string?> CreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await before("Create", path);
        return await inner.CreateAsync(path, content, cancellation);
    }

    public async Task<string?> ReplaceAsync(string path, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation)
    {
        await before("Replace", path);
        return await inner.ReplaceAsync(path, content, etag, cancellation);
    }

    public async Task PutAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        await before("Put", path);
        await inner.PutAsync(path, content, cancellation);
    }

    public async Task<bool> DeleteAsync(string path, string? etag, CancellationToken cancellation)
    {
        await before("Delete", path);
        return await inner.DeleteAsync(path, etag, cancellation);
    }

    public IAsyncEnumerable<string> ListAsync(string prefix, string? after, CancellationToken cancellation) =>
        inner.ListAsync(prefix, after, cancellation);
}
