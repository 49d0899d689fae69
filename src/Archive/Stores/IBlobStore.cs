using System.Collections.Immutable;

namespace Holdfast.Archive.Stores;

/// <summary>
/// Where a vault's bytes are: a flat, write-once map from paths to contents. Paths use <c>/</c>, are made by
/// <see cref="Format.VaultPaths"/> only and hold nothing but <c>a-z A-Z 0-9 . - /</c>, never an empty or dot-only segment.
/// </summary>
/// <remarks>
/// Safe for concurrent use. A create is atomic: readers see all of a blob or none. Every method may throw
/// <see cref="Format.ArchiveException"/>; transient faults have been retried inside before one is thrown. Retry duties of callers: none for
/// reads; a create may be repeated, since equal content is no conflict.
/// </remarks>
public interface IBlobStore
{
    /// <summary>For messages: a folder's path or a container's URL; never a credential.</summary>
    string Location { get; }

    /// <summary>
    /// The keys that the vault was opened with, of whoever opened it; null: none. A store that wraps another has that one's.
    /// </summary>
    VaultKeys? Keys => null;

    /// <summary>Whether immutability is enforced; see <see cref="ImmutabilitySupport"/>.</summary>
    ImmutabilitySupport Immutability { get; }

    /// <summary>
    /// Creates a blob if there is none. An existing one is left as it is, whatever its content; comparing is the caller's duty.
    /// </summary>
    /// <param name="term">Until when the store shall refuse deletion and change, where it can; null for no immutability.</param>
    Task<CreateOutcome> CreateAsync(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term, CancellationToken cancellation);

    /// <summary>
    /// Reads a whole blob; null when there is none. With <paramref name="version"/>, that version; else the oldest where the store has
    /// versions.
    /// </summary>
    /// <exception cref="Format.ArchiveException">
    /// Malformed: it is longer than <see cref="Format.FormatLimits.BytesOf"/> allows; no memory was allocated for it.
    /// </exception>
    Task<byte[]?> ReadAsync(string path, string? version, CancellationToken cancellation);

    /// <summary>Reads exactly <paramref name="length"/> bytes; null when there is no such blob or it is shorter.</summary>
    Task<byte[]?> ReadRangeAsync(string path, string? version, long offset, int length, CancellationToken cancellation);

    /// <summary>
    /// Lists blobs whose path starts with <paramref name="prefix"/>, in ordinal order of path, oldest version first where the store has
    /// versions.
    /// </summary>
    IAsyncEnumerable<BlobEntry> ListAsync(string prefix, CancellationToken cancellation);

    /// <summary>
    /// Lists the folders right below <paramref name="prefix"/> (which ends in <c>/</c> or is empty), each with its path and a closing
    /// <c>/</c>, in ordinal order.
    /// </summary>
    IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellation);

    /// <summary>
    /// Deletes a blob: with <paramref name="version"/> that version's bytes; without, on a store that has versions, it hides the current
    /// one. No error when there is none. A current version can't be deleted as a version: <see cref="Format.ArchiveFailure.Forbidden"/>;
    /// <see cref="BlobRemoval"/> deletes all there is. <see cref="Format.ArchiveFailure.Immutable"/> when it is protected.
    /// </summary>
    Task DeleteAsync(string path, string? version, CancellationToken cancellation);

    /// <summary>
    /// Makes the store refuse deletion at least for this term; never shortens, and never unlocks. False when there is no such blob.
    /// </summary>
    Task<bool> ExtendImmutabilityAsync(string path, string? version, ImmutabilityTerm term, CancellationToken cancellation);

    /// <summary>
    /// Places the storage's own legal hold on a blob, or takes it off: while it is on, the storage refuses to delete that version, whatever
    /// its time. Repeated, it changes nothing. It has no owner: whoever needs one blob held for several reasons keeps account of them.
    /// </summary>
    Task<LegalHoldOutcome> SetLegalHoldAsync(string path, string? version, bool isHeld, CancellationToken cancellation);

    /// <summary>
    /// Writes content over a blob's name, as a new current version; the older versions stay. For repairing what others wrote over or hid,
    /// and for content of which no version can be kept for long enough.
    /// </summary>
    /// <param name="term">As of <see cref="CreateAsync"/>.</param>
    /// <returns>The version that was made.</returns>
    /// <exception cref="NotSupportedException">The store has no versions: what was written over would be gone.</exception>
    Task<string> PromoteAsync(string path, ReadOnlyMemory<byte> content, ImmutabilityTerm? term, CancellationToken cancellation);

    /// <summary>
    /// The clock that <see cref="BlobEntry.LastModified"/> is of. It may be off, and is another machine's: ages of blobs are measured by
    /// it.
    /// </summary>
    Task<DateTimeOffset> NowAsync(CancellationToken cancellation);

    /// <summary>What protects the content beyond this program: each trait once, in their order; Unknown where it can't be read.</summary>
    Task<ImmutableArray<TraitFinding>> TraitsAsync(CancellationToken cancellation);
}

/// <param name="Created">False: a blob already existed.</param>
/// <param name="Version">The created or the existing (oldest) version on a store that has versions.</param>
public readonly record struct CreateOutcome(bool Created, string? Version);

/// <param name="IsCurrent">False: an older version, or one hidden by a delete.</param>
/// <param name="Term">Until when the storage refuses deletion; null: it has no such time. It may be over.</param>
public sealed record BlobEntry(
    string Path,
    long Length,
    DateTimeOffset LastModified,
    string? Version = null,
    bool IsCurrent = true,
    ImmutabilityTerm? Term = null
)
{
    /// <summary>The storage refuses deletion until that is taken off.</summary>
    public bool HasLegalHold { get; init; }

    /// <summary>Until when the storage refuses deletion, for whichever reason; null: it never did.</summary>
    public DateTimeOffset? ImmutableUntil => HasLegalHold ? DateTimeOffset.MaxValue : Term?.Until;
}

public enum LegalHoldOutcome
{
    Done,

    /// <summary>There is no such blob or version.</summary>
    NotFound,

    /// <summary>The store has no legal holds; nothing was done.</summary>
    NotSupported,
}

/// <summary>What a store does when it is asked to refuse deletion.</summary>
public enum ImmutabilitySupport
{
    /// <summary>Not known before the first request for it.</summary>
    Unknown,

    /// <summary>Not supported: requests for it are ignored, and everything else works.</summary>
    None,

    /// <summary>Recorded, and respected by this program; the owner of the storage can still delete.</summary>
    Advisory,

    /// <summary>Enforced by the storage for everyone.</summary>
    Enforced,
}
