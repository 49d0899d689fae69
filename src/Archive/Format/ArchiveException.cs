using System.Collections.Immutable;

namespace Holdfast.Archive.Format;

/// <summary>Why the vault failed or doesn't hold what it should.</summary>
public enum ArchiveFailure
{
    /// <summary>No such blob, point or cluster in the vault.</summary>
    NotFound,

    /// <summary>The bytes don't match their digest.</summary>
    DigestMismatch,

    /// <summary>The bytes aren't in the format, or use an unknown codec.</summary>
    Malformed,

    /// <summary>
    /// A seal isn't signed by a trusted key, or its place in the chain of seals shows that it was forged.
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

    /// <summary>It is encrypted, or has to be, and the key isn't to be had here.</summary>
    Locked,
}

/// <summary>The vault failed: never the cluster's fault, never a bug in Holdfast.</summary>
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
