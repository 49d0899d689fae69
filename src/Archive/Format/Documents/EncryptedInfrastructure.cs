namespace Holdfast.Archive.Format.Documents;

/// <summary>An infrastructure profile that is encrypted. Specified in docs/format.md, "Infrastructure".</summary>
internal sealed record EncryptedInfrastructure
{
    private const int CurrentVersion = 2;

    public string Format { get; init; } = InfrastructureProfile.FormatName;
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The data key.</summary>
    public required ContentDigest Key { get; init; }

    /// <summary>The bytes of the profile as it is without encryption, one gzip member, encrypted.</summary>
    public required byte[] Content { get; init; }

    /// <exception cref="ArchiveException">Malformed: it is larger than any reader accepts.</exception>
    public static byte[] Write(ContentDigest key, byte[] content)
    {
        var document = new EncryptedInfrastructure { Key = key, Content = content };
        var packed = GzipDocument.Pack(VaultDocument.Write(document, VaultJson.Default.EncryptedInfrastructure));
        return packed.Length <= FormatLimits.InfrastructureGzipBytes
            ? packed
            : throw VaultDocument.Malformed("the infrastructure profile", $"it has {packed.Length} bytes, encrypted", null);
    }

    /// <returns>Null: it isn't encrypted, or no profile at all.</returns>
    /// <exception cref="ArchiveException">Malformed.</exception>
    public static EncryptedInfrastructure? Find(byte[] gzip, string path)
    {
        if (VaultDocument.VersionOf(GzipDocument.Beginning(gzip), InfrastructureProfile.FormatName) != CurrentVersion)
            return null;
        var json = GzipDocument.Unpack(
            gzip,
            FormatLimits.InfrastructureGzipBytes,
            FormatLimits.InfrastructureRawBytes,
            path,
            "an infrastructure profile"
        );
        return VaultDocument.Read(json, VaultJson.Default.EncryptedInfrastructure, InfrastructureProfile.FormatName, CurrentVersion, path);
    }
}
