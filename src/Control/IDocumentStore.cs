using Holdfast.Control.Documents;

namespace Holdfast.Control;

/// <summary>
/// The control container: registered clusters, policies, runs (mutable, each edit conditional on its ETag) and the audit (only ever
/// created). Paths are relative, with slashes, of segments that <see cref="Holdfast.Archive.Stores.BlobPath"/> would accept. Thread-safe.
/// </summary>
/// <remarks>
/// Every call throws <see cref="ControlException"/> when the store can't be reached or refuses. A read after a write that returned sees it.
/// All but <see cref="CreateAsync"/> and <see cref="ReplaceAsync"/> may be repeated; repeating those gives a conflict.
/// </remarks>
public interface IDocumentStore
{
    /// <summary>What readers of documents (<see cref="ControlReading"/>, <see cref="ControlDocuments"/>) found wrong.</summary>
    UnusableDocuments Unusable { get; }

    /// <returns>Null: there is none.</returns>
    /// <exception cref="ControlException">
    /// Malformed: it is longer than <see cref="DocumentLimit.Bytes"/>; no room was made for it.
    /// </exception>
    Task<StoredDocument?> ReadAsync(string path, CancellationToken cancellation);

    /// <returns>The ETag; null: there is a document of that path, nothing was written.</returns>
    Task<string?> CreateAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <returns>The new ETag; null: the document is gone or no longer has that ETag, nothing was written.</returns>
    Task<string?> ReplaceAsync(string path, ReadOnlyMemory<byte> content, string etag, CancellationToken cancellation);

    /// <summary>Writes whatever is there; for documents that one run alone writes.</summary>
    Task PutAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellation);

    /// <param name="etag">Null: whatever it is.</param>
    /// <returns>False: the document has another ETag, and stays. A document that is gone counts as deleted.</returns>
    Task<bool> DeleteAsync(string path, string? etag, CancellationToken cancellation);

    /// <summary>Paths that begin with <paramref name="prefix"/>, in ordinal order, those after <paramref name="after"/> only.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, string? after, CancellationToken cancellation);
}

/// <param name="ETag">Opaque; changes with each write.</param>
public sealed record StoredDocument(ReadOnlyMemory<byte> Content, string ETag);
