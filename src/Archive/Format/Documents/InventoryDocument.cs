using System.IO.Compression;

namespace Holdfast.Archive.Format.Documents;

/// <summary>An inventory as the bytes of <c>inventory.json.gz</c>: one gzip member of one JSON document.</summary>
internal static class InventoryDocument
{
    /// <summary>Sorts the inventory and packs it: the same content gives the same bytes, in whatever order it was collected.</summary>
    /// <exception cref="ArchiveException">Malformed: it is larger than any reader accepts.</exception>
    public static byte[] Write(Inventory inventory)
    {
        var json = VaultDocument.Write(InventoryRules.Sort(inventory), VaultJson.Default.Inventory);
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
            gzip.Write(json);
        var packed = output.ToArray();
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
        var path = VaultPaths.Inventory(cluster, seal.Point);
        var json = Inflate(gzip, path);
        var inventory = VaultDocument.Read(json, VaultJson.Default.Inventory, Inventory.FormatName, Inventory.CurrentVersion, path);
        if ((InventoryRules.Fault(inventory) ?? Disagreement(inventory, seal)) is { } fault)
            throw VaultDocument.Malformed(path, fault, null);
        return inventory;
    }

    private static ReadOnlySpan<byte> Inflate(byte[] gzip, string path)
    {
        if (gzip.Length > FormatLimits.InventoryGzipBytes)
            throw VaultDocument.Malformed(path, $"{gzip.Length} bytes are more than an inventory may have", null);
        if (!gzip.AsSpan().StartsWith(GzipHeader.Magic))
            throw VaultDocument.Malformed(path, "its codec is not gzip", null);
        try
        {
            using var input = new GZipStream(new MemoryStream(gzip, writable: false), CompressionMode.Decompress);
            var output = new MemoryStream(Math.Min(gzip.Length * 8, FormatLimits.InventoryRawBytes));
            CopyBounded(input, output, path);
            return output.GetBuffer().AsSpan(0, (int)output.Length);
        }
        catch (InvalidDataException e)
        {
            throw VaultDocument.Malformed(path, "it is no valid gzip", e);
        }
    }

    private static void CopyBounded(GZipStream input, MemoryStream output, string path)
    {
        var chunk = new byte[64 << 10];
        while (input.Read(chunk) is var read and > 0)
        {
            if (output.Length + read > FormatLimits.InventoryRawBytes)
                throw VaultDocument.Malformed(path, $"it unpacks to more than {FormatLimits.InventoryRawBytes} bytes", null);
            output.Write(chunk, 0, read);
        }
    }

    private static string? Disagreement(Inventory inventory, Seal seal)
    {
        if (inventory.Cluster != seal.Cluster || inventory.ClusterUid != seal.ClusterUid)
            return $"it is of another cluster ('{inventory.Cluster}', {inventory.ClusterUid}) than its seal";
        if (inventory.Revision != seal.Revision || inventory.PinnedAt != seal.PinnedAt)
            return "it is of another revision or time than its seal";
        if (InventoryRules.Objects(inventory) != seal.Objects || InventoryRules.RawBytes(inventory) != seal.RawBytes)
            return "it doesn't add up to the totals of its seal";
        return null;
    }
}
