using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>Reads and verifies a point's infrastructure profile.</summary>
internal static class PointInfrastructure
{
    /// <exception cref="ArchiveException">NotFound, Malformed, NewerVersion or DigestMismatch.</exception>
    public static async Task<InfrastructureProfile> ReadAsync(
        IBlobStore store,
        ClusterName cluster,
        PointId point,
        InfrastructureReference named,
        CancellationToken cancellation
    )
    {
        var path = VaultPaths.Infrastructure(cluster, point);
        var gzip =
            await store.ReadAsync(path, null, cancellation)
            ?? throw new ArchiveException(
                ArchiveFailure.NotFound,
                $"{path} is missing in {store.Location}: what the cluster of {point} ran on isn't known. Its objects can still be restored"
            );
        if (gzip.Length != named.Bytes || ContentDigest.Of(gzip) != named.Digest)
            throw new ArchiveException(
                ArchiveFailure.DigestMismatch,
                $"{path} in {store.Location} isn't the infrastructure that {point} was sealed with: it was changed or truncated. "
                    + "Nothing of it was used"
            );
        return InfrastructureDocument.Read(gzip, path);
    }
}
