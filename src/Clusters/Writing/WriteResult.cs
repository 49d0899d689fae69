namespace Holdfast.Clusters.Writing;

/// <summary>How the server answered a write (or a single read): an expected result, not an exception.</summary>
public enum WriteStatus
{
    /// <summary>2xx.</summary>
    Done,

    /// <summary>409 AlreadyExists.</summary>
    AlreadyExists,

    /// <summary>409 Conflict: the resourceVersion, uid or a field's owner differs.</summary>
    Conflict,

    /// <summary>404: the object, its namespace or its type doesn't exist; <see cref="WriteResult.Missing"/> says which.</summary>
    NotFound,

    /// <summary>422, 400 or another 4xx: the server refuses the content.</summary>
    Invalid,

    /// <summary>403.</summary>
    Forbidden,

    /// <summary>A webhook, a conversion or an aggregated API didn't answer (500/502/503/504 after retries): it may work later.</summary>
    Unavailable,
}

/// <summary>What doesn't exist, according to a 404.</summary>
public enum MissingPart
{
    None,
    Object,
    Namespace,
    Type,
}

/// <param name="Body">The object as it now is (Done), or the server's Status document.</param>
/// <param name="Message">The server's message; secret values that the server quotes are not redacted here.</param>
/// <param name="Reason">The Status document's machine-readable reason.</param>
public sealed record WriteResult(WriteStatus Status, int Code, ReadOnlyMemory<byte> Body, string? Reason = null, string? Message = null)
{
    /// <summary>Of <see cref="WriteStatus.NotFound"/>: the type or namespace, which may be created later, or the object.</summary>
    public MissingPart Missing { get; init; }
}

public sealed record WriteOptions(string FieldManager)
{
    /// <summary>The server does everything except persist.</summary>
    public bool DryRun { get; init; }

    /// <summary><c>status</c>, <c>scale</c>; null for the object itself.</summary>
    public string? Subresource { get; init; }

    /// <summary>Server-side apply only: take fields that others own.</summary>
    public bool Force { get; init; }
}
