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

    /// <summary>A current version differs from the oldest one, or hides it: somebody changed a write-once blob.</summary>
    Tampered,

    /// <summary>A blob that nothing names and that isn't ours by its path. Not damage.</summary>
    Foreign,

    /// <summary>A pack that no point names; `prune` collects it. Not damage.</summary>
    Orphan,
}

/// <param name="Path">The blob.</param>
/// <param name="Subject">The segment (<c>configmaps in shop</c>) or object of the point that is hurt; null when the whole blob is.</param>
public sealed record Finding(FindingKind Kind, string Path, PointId? Point, string? Subject, string Message)
{
    public bool IsDamage => Kind is not (FindingKind.Foreign or FindingKind.Orphan);
}

public sealed record VerifyReport(int Points, int Packs, long Bytes, ImmutableArray<Finding> Findings)
{
    public bool Intact => !Findings.Any(f => f.IsDamage);
}

/// <summary>Proves points without restoring them: seals and their chain, inventories, every part's bytes.</summary>
public static class PointVerifier
{
    /// <param name="point">Null: every point of the cluster, the chain, and what lies in the cluster's folder beside them.</param>
    /// <param name="progress">Gets the bytes read so far.</param>
    public static Task<VerifyReport> VerifyAsync(IBlobStore store, ClusterName cluster, PointId? point, IProgress<long>? progress, CancellationToken cancellation) =>
        throw new NotImplementedException();
}
