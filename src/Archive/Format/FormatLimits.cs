namespace Holdfast.Archive.Format;

/// <summary>Sizes that a reader refuses to go beyond, so that no vault can make it run out of memory. Specified in docs/format.md, "Limits".</summary>
public static class FormatLimits
{
    /// <summary>Raw bytes of a part of more than one manifest.</summary>
    public const int PartRawBytes = 8 << 20;

    /// <summary>Raw bytes of a part that is one manifest: far above what an API server accepts.</summary>
    public const int ManifestRawBytes = 64 << 20;

    public const int PackBytes = 16 << 20;
    public const int SealBytes = 1 << 20;
    public const int InventoryGzipBytes = 128 << 20;
    public const int InventoryRawBytes = 512 << 20;

    /// <summary>How deep a manifest's objects and arrays nest: CRDs' schemas go beyond the 64 levels that JSON readers take by default. Every reader of manifests has this limit, and no capture takes more.</summary>
    public const int ManifestDepth = 1000;

    /// <summary>The most bytes that the blob at a path may have.</summary>
    public static int BytesOf(string path) => path switch
    {
        _ when path.EndsWith("/inventory.json.gz", StringComparison.Ordinal) => InventoryGzipBytes,
        _ when path.EndsWith("/seal.json", StringComparison.Ordinal) || path.EndsWith("/expired.json", StringComparison.Ordinal) || path == VaultPaths.Marker => SealBytes,
        _ => PackBytes,
    };
}
