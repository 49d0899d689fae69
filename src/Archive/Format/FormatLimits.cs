namespace Holdfast.Archive.Format;

/// <summary>
/// Sizes that a reader refuses to go beyond, so that no vault can make it run out of memory. Specified in docs/format.md, "Limits".
/// </summary>
public static class FormatLimits
{
    /// <summary>Raw bytes of a part of more than one manifest.</summary>
    public const int PartRawBytes = 8 << 20;

    /// <summary>Raw bytes of a part that is one manifest: far above what an API server accepts.</summary>
    public const int ManifestRawBytes = 64 << 20;

    /// <summary>How deep the objects and arrays of a manifest are nested, the manifest itself counted.</summary>
    public const int ManifestDepth = 1000;

    public const int PackBytes = 16 << 20;
    public const int SealBytes = 1 << 20;
    public const int InventoryGzipBytes = 128 << 20;
    public const int InventoryRawBytes = 512 << 20;
    public const int InfrastructureGzipBytes = 4 << 20;
    public const int InfrastructureRawBytes = 16 << 20;

    /// <summary>An inventory as it is encrypted: in base64, in gzip, it still is no longer than others.</summary>
    public const int EncryptedBytes = 96 << 20;
    public const int KeyBytes = 64 << 10;

    /// <summary>Key documents of one vault.</summary>
    public const int Keys = 1000;

    /// <summary>The most bytes that the blob at a path may have.</summary>
    public static int BytesOf(string path) =>
        path switch
        {
            _ when path.EndsWith("/inventory.json.gz", StringComparison.Ordinal) => InventoryGzipBytes,
            _ when path.EndsWith("/infrastructure.json.gz", StringComparison.Ordinal) => InfrastructureGzipBytes,
            _ when path.EndsWith("/seal.json", StringComparison.Ordinal)
                    || path.EndsWith("/expired.json", StringComparison.Ordinal)
                    || path.EndsWith("/hold.json", StringComparison.Ordinal)
                    || path.StartsWith(VaultPaths.Takeovers, StringComparison.Ordinal)
                    || path == VaultPaths.Marker => SealBytes,
            _ when path.StartsWith(VaultPaths.Keys, StringComparison.Ordinal) => KeyBytes,
            _ => PackBytes,
        };
}
