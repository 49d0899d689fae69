using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Writing;

/// <summary>How the server answered a write (or a single read): an expected result, not an exception.</summary>
public enum WriteStatus
{
    /// <summary>2xx.</summary>
    Done,

    /// <summary>409 AlreadyExists.</summary>
    AlreadyExists,

    /// <summary>409 Conflict: the resourceVersion, uid or a field's owner is another one.</summary>
    Conflict,

    /// <summary>404: the object, its namespace or its type is not there.</summary>
    NotFound,

    /// <summary>422 or 400: the server refuses the content.</summary>
    Invalid,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>A webhook, a conversion or an aggregated API that should have answered did not (500/503 after retries): something later may cure it.</summary>
    Unavailable,
}

/// <param name="Body">The object as it now is (Done), or the server's Status document.</param>
/// <param name="Message">The server's message; secret values that the server quotes are not redacted here.</param>
/// <param name="Reason">The Status document's machine-readable reason.</param>
public sealed record WriteResult(WriteStatus Status, int Code, ReadOnlyMemory<byte> Body, string? Reason = null, string? Message = null);

public sealed record WriteOptions(string FieldManager)
{
    /// <summary>The server does everything but persist.</summary>
    public bool DryRun { get; init; }

    /// <summary><c>status</c>, <c>scale</c>; null for the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>Server-side apply only: take fields that others own.</summary>
    public bool Force { get; init; }
}

/// <summary>
/// Writes single objects over HTTP/2, many at once. Thread-safe. Throttling and broken connections are retried inside; a repeated create that finds its own object answers AlreadyExists.
/// </summary>
public sealed class ResourceWriter(ClusterConnection connection)
{
    public Task<WriteResult> GetAsync(ApiResource resource, string? ns, string name, CancellationToken cancellation) => throw new NotImplementedException();

    public Task<WriteResult> CreateAsync(ApiResource resource, string? ns, ReadOnlyMemory<byte> body, WriteOptions options, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>PUT; the body's resourceVersion is the precondition.</summary>
    public Task<WriteResult> ReplaceAsync(ApiResource resource, string? ns, string name, ReadOnlyMemory<byte> body, WriteOptions options, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>Server-side apply.</summary>
    public Task<WriteResult> ApplyAsync(ApiResource resource, string? ns, string name, ReadOnlyMemory<byte> body, WriteOptions options, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>A JSON merge patch (RFC 7396); a resourceVersion in it is a precondition.</summary>
    public Task<WriteResult> MergePatchAsync(ApiResource resource, string? ns, string name, ReadOnlyMemory<byte> patch, WriteOptions options, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <param name="uid">Precondition; null for none.</param>
    /// <param name="resourceVersion">Precondition; null for none.</param>
    /// <param name="propagation"><c>Background</c>, <c>Foreground</c>, <c>Orphan</c>.</param>
    public Task<WriteResult> DeleteAsync(
        ApiResource resource, string? ns, string name, string? uid, string? resourceVersion, string propagation, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
