namespace Holdfast.Archive.Format.Documents;

/// <summary>An inventory as the bytes of <c>inventory.json.gz</c>: one gzip member of one JSON document.</summary>
internal static class InventoryDocument
{
    /// <summary>Sorts the inventory and packs it: the same content gives the same bytes, in whatever order it was collected.</summary>
    /// <exception cref="ArchiveException">Malformed: it is larger than any reader accepts.</exception>
    public static byte[] Write(Inventory inventory)
    {
        var json = VaultDocument.Write(InventoryRules.Sort(inventory), VaultJson.Default.Inventory);
        var packed = GzipDocument.Pack(json);
        if (json.Length > FormatLimits.InventoryRawBytes || packed.Length > FormatLimits.InventoryGzipBytes)
        {
            throw new ArchiveException(
                ArchiveFailure.Malformed,
                $"the point's inventory would have {json.Length} bytes, more than the {FormatLimits.InventoryRawBytes >> 20} MiB that a "
                    + "reader accepts: capture the cluster in several points, each of some namespaces"
            );
        }
        return packed;
    }

    /// <summary>Reads the inventory that <paramref name="seal"/> promises; its digest must have been proven before.</summary>
    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static Inventory Read(byte[] gzip, ClusterName cluster, Seal seal)
    {
        return Read(gzip, VaultPaths.Inventory(cluster, seal.Point), inventory => Disagreement(inventory, seal));
    }

    /// <summary>Reads an inventory without a seal, as far as its point's id proves it.</summary>
    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    /// <param name="stored">The digest of the inventory as it lies in the vault.</param>
    public static Inventory ReadUnsealed(byte[] gzip, ClusterName cluster, PointId point, ContentDigest stored) =>
        Read(
            gzip,
            VaultPaths.Inventory(cluster, point),
            inventory => inventory.Cluster != cluster || PointId.For(inventory.PinnedAt, stored) != point ? "it is of another point" : null
        );

    private static Inventory Read(byte[] gzip, string path, Func<Inventory, string?> disagreement)
    {
        var json = GzipDocument.Unpack(gzip, FormatLimits.InventoryGzipBytes, FormatLimits.InventoryRawBytes, path, "an inventory");
        var inventory = VaultDocument.Read(json, VaultJson.Default.Inventory, Inventory.FormatName, Inventory.CurrentVersion, path);
        if ((InventoryRules.Fault(inventory) ?? disagreement(inventory)) is { } fault)
            throw VaultDocument.Malformed(path, fault, null);
        return inventory;
    }

    private static string? Disagreement(Inventory inventory, Seal seal)
    {
        if (inventory.Cluster != seal.Cluster || inventory.ClusterUid != seal.ClusterUid)
            return $"it belongs to another cluster ('{inventory.Cluster}', {inventory.ClusterUid}) than its seal";
        if (inventory.Revision != seal.Revision || inventory.PinnedAt != seal.PinnedAt)
            return "its revision or time differs from its seal's";
        if (InventoryRules.Objects(inventory) != seal.Objects || InventoryRules.RawBytes(inventory) != seal.RawBytes)
            return "it doesn't match its seal's totals";
        return null;
    }
}
