using System.Collections.Concurrent;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>
/// Which points retention has expired. An <c>expired.json</c> counts only where it is as trustworthy as the seal: anyone who can write to
/// the vault could hide points otherwise.
/// </summary>
public static class PointExpiries
{
    private const int Parallel = 16;

    /// <summary>Why an expiry doesn't count, for a person; null: the point is expired.</summary>
    public static string? Fault(PointExpiry expiry, Seal seal, SealTrust trust)
    {
        if (expiry.Point != seal.Point)
            return $"it is of {expiry.Point}";
        if (seal.KeepUntil > expiry.ExpiredAt)
            return $"it says that the point expired {expiry.ExpiredAt:u}, and the point must be kept until {seal.KeepUntil:u}";
        if (expiry.Signature is not { } signature)
            return seal.Signature is null ? null : "it has no signature, and the point's seal has one";
        if (trust.HasKeys)
            return trust.Proves(expiry) ? null : "its signature isn't that of a trusted key";
        return seal.Signature is null || seal.Signature.KeyId == signature.KeyId
            ? null
            : $"it is signed with key {signature.KeyId}, and the point's seal with {seal.Signature.KeyId}";
    }

    /// <summary>One point's; null: it isn't expired, or what says so doesn't count.</summary>
    public static async Task<PointExpiry?> FindAsync(
        IBlobStore store,
        ClusterName cluster,
        Seal seal,
        SealTrust trust,
        CancellationToken cancellation
    )
    {
        var path = VaultPaths.Expired(cluster, seal.Point);
        try
        {
            if (await store.ReadAsync(path, null, cancellation) is not { } bytes)
                return null;
            var expiry = PointExpiry.Read(bytes, path);
            return Fault(expiry, seal, trust) is null ? expiry : null;
        }
        catch (ArchiveException e)
            when (e.Failure is ArchiveFailure.Malformed or ArchiveFailure.DigestMismatch or ArchiveFailure.NewerVersion)
        {
            return null;
        }
    }

    /// <summary>Those of these points that are expired.</summary>
    public static async Task<IReadOnlyDictionary<PointId, PointExpiry>> ReadAsync(
        IBlobStore store,
        ClusterName cluster,
        IEnumerable<SealedPoint> points,
        SealTrust trust,
        CancellationToken cancellation
    )
    {
        var expired = new ConcurrentDictionary<PointId, PointExpiry>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
        await System.Threading.Tasks.Parallel.ForEachAsync(
            points,
            options,
            async (point, stop) =>
            {
                if (await FindAsync(store, cluster, point.Seal, trust, stop) is { } expiry)
                    expired[point.Id] = expiry;
            }
        );
        return expired;
    }
}
