using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Stores;

namespace Holdfast.Archive.Points;

/// <summary>A point's inventory as it lies in the vault, encrypted or not.</summary>
internal static class PointInventory
{
    /// <summary>Encrypts it whole where that is asked for.</summary>
    /// <param name="encryption">Null: nothing is encrypted.</param>
    public static byte[] Write(Inventory inventory, PointEncryption? encryption)
    {
        var gzip = InventoryDocument.Write(inventory);
        if (encryption is not { OfEverything: true, Key: var key })
            return gzip;
        return EncryptedInventory.Write(inventory, key.Id, SealedFrames.Write(key, ContextOf(inventory), gzip));
    }

    /// <summary>Reads the inventory that a seal promises; its digest must have been proven before.</summary>
    /// <exception cref="ArchiveException">Malformed, NewerVersion, DigestMismatch or Locked.</exception>
    public static async ValueTask<Inventory> ReadAsync(IBlobStore store, byte[] stored, Seal seal, CancellationToken cancellation)
    {
        var path = VaultPaths.Inventory(seal.Cluster, seal.Point);
        if (EncryptedInventory.Find(stored, path) is not { } encrypted)
            return InventoryDocument.Read(stored, seal.Cluster, seal);
        if (encrypted.Disagreement(seal) is { } fault)
            throw VaultDocument.Malformed(path, fault, null);
        var gzip = await OpenAsync(store, encrypted, path, cancellation);
        return Same(InventoryDocument.Read(gzip, seal.Cluster, seal), encrypted, path);
    }

    /// <summary>Reads an inventory without a seal, as far as its point's id proves it.</summary>
    /// <inheritdoc cref="ReadAsync"/>
    public static async ValueTask<Inventory> ReadUnsealedAsync(
        IBlobStore store,
        byte[] stored,
        ClusterName cluster,
        PointId point,
        CancellationToken cancellation
    )
    {
        var (path, digest) = (VaultPaths.Inventory(cluster, point), ContentDigest.Of(stored));
        if (EncryptedInventory.Find(stored, path) is not { } encrypted)
            return InventoryDocument.ReadUnsealed(stored, cluster, point, digest);
        var gzip = await OpenAsync(store, encrypted, path, cancellation);
        return Same(InventoryDocument.ReadUnsealed(gzip, cluster, point, digest), encrypted, path);
    }

    /// <summary>What a point needs, which no key is needed for.</summary>
    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static PointOutline Outline(byte[] stored, ClusterName cluster, PointId point)
    {
        var path = VaultPaths.Inventory(cluster, point);
        if (EncryptedInventory.Find(stored, path) is not { } encrypted)
            return PointOutline.Of(InventoryDocument.ReadUnsealed(stored, cluster, point, ContentDigest.Of(stored)));
        return encrypted.Cluster == cluster && PointId.For(encrypted.PinnedAt, ContentDigest.Of(stored)) == point
            ? encrypted.Outline
            : throw VaultDocument.Malformed(path, "it is of another point", null);
    }

    /// <summary>The data key that the inventory itself is encrypted with; null: it isn't.</summary>
    public static ContentDigest? KeyOf(byte[] stored, string path) => EncryptedInventory.Find(stored, path)?.Key;

    private static async ValueTask<byte[]> OpenAsync(
        IBlobStore store,
        EncryptedInventory encrypted,
        string path,
        CancellationToken cancellation
    )
    {
        var key = await VaultKeys.Of(store).FindAsync(encrypted.Key, cancellation);
        var context = ItemContext.OfInventory(encrypted.Cluster, encrypted.ClusterUid, encrypted.Revision, encrypted.PinnedAt);
        return SealedFrames.Open(key, context, encrypted.Content, out var gzip) is { } fault
            ? throw new ArchiveException(
                fault,
                $"{path} in {store.Location} holds something else than its inventory, encrypted. Nothing of it was used"
            )
            : gzip;
    }

    /// <summary>What can be read without the key must be true.</summary>
    private static Inventory Same(Inventory inventory, EncryptedInventory around, string path) =>
        PointOutline.Of(inventory).IsSameAs(around.Outline)
            ? inventory
            : throw VaultDocument.Malformed(path, "what it says openly of its packs, images or infrastructure isn't what it holds", null);

    private static ItemContext ContextOf(Inventory inventory) =>
        ItemContext.OfInventory(inventory.Cluster, inventory.ClusterUid, inventory.Revision, inventory.PinnedAt);
}
