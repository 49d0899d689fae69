using System.Collections.Immutable;

namespace Holdfast.Archive.Format;

/// <summary>Why the vault did not do or hold what it should.</summary>
public enum ArchiveFailure
{
    /// <summary>No such blob, point or cluster in the vault.</summary>
    NotFound,

    /// <summary>Bytes are not those that a digest promised.</summary>
    DigestMismatch,

    /// <summary>Bytes are not of the format, or of a codec that it doesn't know.</summary>
    Malformed,

    /// <summary>
    /// A seal isn't signed by whom it has to be, or its place among the other points' seals says that somebody else put it there.
    /// </summary>
    Untrusted,

    /// <summary>Written by a newer version of the format than this program reads.</summary>
    NewerVersion,

    /// <summary>The vault can't be reached, timed out or answered with a server error.</summary>
    Unreachable,

    /// <summary>The vault refused: credentials, permissions, read-only.</summary>
    Forbidden,

    /// <summary>No room left.</summary>
    Full,

    /// <summary>A write-once blob exists already with other content.</summary>
    Conflict,

    /// <summary>Immutability or a legal hold forbids the change.</summary>
    Immutable,
}

/// <summary>The vault failed us: never the cluster's fault, never a bug of ours.</summary>
/// <param name="failure">What went wrong, for code to decide on.</param>
/// <param name="message">What, where and what to do next, for a person to read; holds no secret.</param>
public sealed class ArchiveException(ArchiveFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public ArchiveFailure Failure { get; } = failure;

    /// <summary>
    /// Packs that an inventory names and that the vault has lost or can't keep long enough: what they hold must be read and written again.
    /// </summary>
    public ImmutableArray<ContentDigest> LostPacks { get; init; } = [];

    /// <summary>Whether the same call may succeed later without anyone changing anything.</summary>
    public bool IsTransient => Failure is ArchiveFailure.Unreachable;
}
