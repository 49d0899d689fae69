using System.Collections.Immutable;

namespace Holdfast.Archive.Format.Documents;

/// <summary>
/// An inventory that is encrypted, with what others must know of the point: whose it is, and what it needs of the vault. Specified in
/// docs/format.md, "Encrypted inventory".
/// </summary>
internal sealed record EncryptedInventory
{
    public string Format { get; init; } = Inventory.FormatName;
    public int Version { get; init; } = Inventory.CurrentVersion;
    public required ClusterName Cluster { get; init; }
    public required ClusterUid ClusterUid { get; init; }
    public required DateTimeOffset PinnedAt { get; init; }
    public required Revision Revision { get; init; }

    /// <summary>Sorted by digest, then version.</summary>
    public required ImmutableArray<NeededPack> Packs { get; init; }

    /// <summary>Null: there are none.</summary>
    public ImmutableArray<NeededImage>? Images { get; init; }
    public InfrastructureReference? Infrastructure { get; init; }

    /// <summary>The data key.</summary>
    public required ContentDigest Key { get; init; }

    /// <summary>The bytes of the inventory as it is without encryption, one gzip member, encrypted.</summary>
    public required byte[] Content { get; init; }

    public PointOutline Outline => new(Packs, Images ?? [], Infrastructure) { Key = Key };

    /// <exception cref="ArchiveException">Malformed: it is larger than any reader accepts.</exception>
    public static byte[] Write(Inventory inventory, ContentDigest key, byte[] content)
    {
        var outline = PointOutline.Of(inventory);
        var document = new EncryptedInventory
        {
            Cluster = inventory.Cluster,
            ClusterUid = inventory.ClusterUid,
            PinnedAt = inventory.PinnedAt.ToUniversalTime(),
            Revision = inventory.Revision,
            Packs = outline.Packs,
            Images = outline.Images.IsEmpty ? null : outline.Images,
            Infrastructure = outline.Infrastructure,
            Key = key,
            Content = content,
        };
        if (content.Length > FormatLimits.EncryptedBytes)
            throw new ArchiveException(
                ArchiveFailure.Malformed,
                $"the point's inventory would have {content.Length} bytes, encrypted, more than the "
                    + $"{FormatLimits.EncryptedBytes >> 20} MiB that a reader accepts: "
                    + "capture the cluster in several points, each of some namespaces"
            );
        return GzipDocument.Pack(VaultDocument.Write(document, VaultJson.Default.EncryptedInventory));
    }

    /// <returns>Null: it isn't encrypted, or no inventory at all.</returns>
    /// <exception cref="ArchiveException">Malformed.</exception>
    public static EncryptedInventory? Find(byte[] gzip, string path)
    {
        if (VaultDocument.VersionOf(GzipDocument.Beginning(gzip), Inventory.FormatName) != Inventory.CurrentVersion)
            return null;
        var json = GzipDocument.Unpack(gzip, FormatLimits.InventoryGzipBytes, FormatLimits.InventoryRawBytes, path, "an inventory");
        var read = VaultDocument.Read(json, VaultJson.Default.EncryptedInventory, Inventory.FormatName, Inventory.CurrentVersion, path);
        return read.Fault() is { } fault ? throw VaultDocument.Malformed(path, fault, null) : read;
    }

    /// <summary>What differs from the seal's; null: nothing.</summary>
    public string? Disagreement(Seal seal)
    {
        if (Cluster != seal.Cluster || ClusterUid != seal.ClusterUid)
            return $"it belongs to another cluster ('{Cluster}', {ClusterUid}) than its seal";
        return Revision == seal.Revision && PinnedAt == seal.PinnedAt ? null : "its revision or time differs from its seal's";
    }

    private string? Fault()
    {
        if (Packs.IsDefault || Images is { IsDefaultOrEmpty: true })
            return "a list is missing";
        for (var i = 0; i < Packs.Length; i++)
        {
            if (Packs[i].Bytes is < 1 or > FormatLimits.PackBytes)
                return "a pack is longer than the format allows";
            if (i > 0 && Compare(Packs[i - 1], Packs[i]) >= 0)
                return $"pack {Packs[i].Pack} is out of order or listed twice";
        }
        return Infrastructure is { Bytes: < 1 or > FormatLimits.InfrastructureGzipBytes }
            ? "the length of its infrastructure is out of range"
            : null;
    }

    private static int Compare(NeededPack a, NeededPack b) =>
        string.CompareOrdinal(a.Pack.ToString(), b.Pack.ToString()) is var byPack and not 0
            ? byPack
            : string.CompareOrdinal(a.Version, b.Version);
}
