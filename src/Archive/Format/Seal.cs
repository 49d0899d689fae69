using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

[JsonConverter(typeof(ExactEnumJson<PointState>))]
public enum PointState
{
    /// <summary>Every type is captured at its revision or excluded by a rule.</summary>
    Succeeded,

    /// <summary>Sealed and usable, with gaps that the inventory names.</summary>
    Partial,
}

/// <summary>
/// The last blob of a recovery point; without it the point does not exist. Never purged. Specified in docs/format.md, "Seal".
/// </summary>
public sealed record Seal
{
    public const string FormatName = "holdfast-seal";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;
    public required PointId Point { get; init; }
    public required ClusterName Cluster { get; init; }
    public required ClusterUid ClusterUid { get; init; }

    /// <summary>
    /// One more than the highest of <see cref="Previous"/>; 1 for a cluster's first. Order and "last" come from here, never from a clock.
    /// </summary>
    public required long Sequence { get; init; }

    /// <summary>All heads of the chain that the capture saw, each with the digest of its seal's bytes.</summary>
    public required ImmutableArray<PreviousSeal> Previous { get; init; }
    public required ContentDigest Inventory { get; init; }
    public required long InventoryBytes { get; init; }
    public required Revision Revision { get; init; }
    public required PointState State { get; init; }
    public required long Objects { get; init; }
    public required long RawBytes { get; init; }

    /// <summary>When the revision was pinned, UTC.</summary>
    public required DateTimeOffset PinnedAt { get; init; }

    /// <summary>Until when storage was asked to refuse deletion; null when no immutability was asked for.</summary>
    public DateTimeOffset? KeepUntil { get; init; }

    /// <summary>
    /// Of the seal's bytes without this and the signature: finds a damaged seal that no other names yet. Set by the writer.
    /// </summary>
    public ContentDigest? Digest { get; init; }

    /// <summary>Over the canonical bytes of the seal without this field; null when the capture had no signing key.</summary>
    public SealSignature? Signature { get; init; }
}

public sealed record PreviousSeal(PointId Point, ContentDigest Seal);

/// <param name="Algorithm"><c>ES256</c>: ECDSA P-256 with SHA-256, IEEE P1363 encoding.</param>
/// <param name="KeyId">SHA-256 of the public key's SubjectPublicKeyInfo.</param>
/// <param name="Value">Base64.</param>
public sealed record SealSignature(string Algorithm, ContentDigest KeyId, string Value);
