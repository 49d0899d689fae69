using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>A point's infrastructure profile as it lies in the vault, encrypted or not.</summary>
internal static class PointInfrastructure
{
    /// <summary>Encrypts it where everything is.</summary>
    /// <param name="of">Whose profile it is.</param>
    /// <param name="encryption">Null: nothing is encrypted.</param>
    public static byte[] Write(InfrastructureProfile profile, Inventory of, PointEncryption? encryption)
    {
        var gzip = InfrastructureDocument.Write(profile);
        if (encryption is not { OfEverything: true, Key: var key })
            return gzip;
        var context = ItemContext.OfInfrastructure(of.Cluster, of.ClusterUid, of.Revision, of.PinnedAt);
        return EncryptedInfrastructure.Write(key.Id, SealedFrames.Write(key, context, gzip));
    }

    /// <summary>Reads and verifies it.</summary>
    /// <exception cref="ArchiveException">NotFound, Malformed, NewerVersion, DigestMismatch or Locked.</exception>
    public static async Task<InfrastructureProfile> ReadAsync(
        IBlobStore store,
        Seal seal,
        InfrastructureReference named,
        CancellationToken cancellation
    )
    {
        var path = VaultPaths.Infrastructure(seal.Cluster, seal.Point);
        var gzip = await StoredAsync(store, seal, named, cancellation);
        if (EncryptedInfrastructure.Find(gzip, path) is not { } encrypted)
            return InfrastructureDocument.Read(gzip, path);
        var key = await VaultKeys.Of(store).FindAsync(encrypted.Key, cancellation);
        var context = ItemContext.OfInfrastructure(seal.Cluster, seal.ClusterUid, seal.Revision, seal.PinnedAt);
        return SealedFrames.Open(key, context, encrypted.Content, out var inner) is { } fault
            ? throw new ArchiveException(fault, $"{path} in {store.Location} holds something else, encrypted. Nothing of it was used")
            : InfrastructureDocument.Read(inner, path);
    }

    /// <summary>Its bytes as they were sealed.</summary>
    /// <exception cref="ArchiveException">NotFound or DigestMismatch.</exception>
    public static async Task<byte[]> StoredAsync(IBlobStore store, Seal seal, InfrastructureReference named, CancellationToken cancellation)
    {
        var path = VaultPaths.Infrastructure(seal.Cluster, seal.Point);
        var gzip =
            await store.ReadAsync(path, null, cancellation)
            ?? throw new ArchiveException(
                ArchiveFailure.NotFound,
                $"{path} is missing in {store.Location}: what the cluster of {seal.Point} ran on isn't known. Its objects can still be "
                    + "restored"
            );
        return gzip.Length == named.Bytes && ContentDigest.Of(gzip) == named.Digest
            ? gzip
            : throw new ArchiveException(
                ArchiveFailure.DigestMismatch,
                $"{path} in {store.Location} isn't the infrastructure that {seal.Point} was sealed with: it was changed or truncated. "
                    + "Nothing of it was used"
            );
    }
}
