using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Verification;

public enum FindingKind
{
    Missing,
    DigestMismatch,
    Malformed,
    NewerVersion,
    BrokenChain,
    BadSignature,

    /// <summary>A current version differs from the oldest one, or hides it: a write-once blob was changed.</summary>
    Tampered,

    /// <summary>A blob whose path isn't one of Holdfast's and that nothing refers to. Not damage.</summary>
    Foreign,

    /// <summary>A pack that no point uses, left by a capture that didn't finish. Not damage.</summary>
    Orphan,

    /// <summary>The storage would delete it before its point's time. Not damage yet.</summary>
    Unprotected,

    /// <summary>It is encrypted, and the key isn't here: its bytes were checked, what they hold wasn't. Not damage.</summary>
    Locked,
}

/// <param name="Path">The blob.</param>
/// <param name="Subject">The segment (<c>configmaps in shop</c>) or object of the point that is damaged; null when the whole blob
/// is.</param>
public sealed record Finding(FindingKind Kind, string Path, PointId? Point, string? Subject, string Message)
{
    public bool IsDamage => Kind is not (FindingKind.Foreign or FindingKind.Orphan or FindingKind.Unprotected or FindingKind.Locked);

    /// <summary>Of a blob that was tampered with, on a store with versions: all that there are, the oldest first.</summary>
    public ImmutableArray<BlobEntry> Versions
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <param name="Points">Points looked at.</param>
/// <param name="Packs">Packs read and proven.</param>
/// <param name="Bytes">Bytes read.</param>
/// <param name="Findings">In order of path, then point and subject.</param>
public sealed record VerifyReport(int Points, int Packs, long Bytes, ImmutableArray<Finding> Findings)
{
    /// <summary>Nothing that was looked at is damaged.</summary>
    public bool Intact => !Findings.Any(f => f.IsDamage);

    /// <summary>Packs that were looked for; <see cref="Packs"/> of them were read.</summary>
    public int PacksSeen { get; init; }

    /// <summary>The last pack that was looked at where the verification was ended early (<see cref="VerifyRequest.After"/>); null: all
    /// were.</summary>
    public ContentDigest? Rest { get; init; }

    /// <summary>By path: until when the points' seals have the storage keep a blob, where it can and that time isn't over.</summary>
    internal IReadOnlyDictionary<string, DateTimeOffset> RequiredUntil { get; init; } = ImmutableDictionary<string, DateTimeOffset>.Empty;
}
