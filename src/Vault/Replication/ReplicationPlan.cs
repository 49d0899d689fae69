using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;

namespace Holdfast.Vault.Replication;

/// <summary>What of a point is copied.</summary>
public enum CopyKind
{
    /// <summary>Packs, infrastructure, images, inventory and, last of all, the seal.</summary>
    Whole,

    /// <summary>The same without the seal, which the replica has: the point was damaged here when later ones were copied.</summary>
    Content,

    /// <summary>The seal alone, since later seals name it: the point expired before it was copied.</summary>
    Seal,
}

/// <param name="Expiry">Of a point whose seal alone is copied.</param>
public sealed record PlannedCopy(SealedPoint Point, CopyKind Kind, PointExpiry? Expiry = null);

/// <param name="Point">Null: it isn't of one point.</param>
/// <param name="Message">For a person.</param>
public sealed record ReplicationFinding(PointId? Point, string Message);

/// <summary>What a replica is missing of one cluster.</summary>
/// <param name="Copies">In order of the chain: each seal is copied after those that it names.</param>
/// <param name="Expired">What says that points expired which the replica has, signed by a trusted key.</param>
/// <param name="Holds">Points that are held here and not there.</param>
/// <param name="Findings">What isn't copied, and why.</param>
/// <param name="Here">The newest trusted point of the vault, and of the replica; null: there is none.</param>
public sealed record ReplicationPlan(
    ClusterName Cluster,
    ImmutableArray<PlannedCopy> Copies,
    ImmutableArray<PointExpiry> Expired,
    ImmutableArray<PointId> Holds,
    ImmutableArray<ReplicationFinding> Findings,
    SealedPoint? Here,
    SealedPoint? There
)
{
    /// <summary>Nothing has to be written.</summary>
    public bool IsEmpty => Copies.IsEmpty && Expired.IsEmpty && Holds.IsEmpty;

    /// <summary>The seals that the replica has.</summary>
    internal IReadOnlyDictionary<PointId, ContentDigest> Sealed { get; init; } = ImmutableDictionary<PointId, ContentDigest>.Empty;
}
