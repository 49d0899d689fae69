namespace Holdfast.Archive.Format.Documents;

/// <summary>
/// Marks a folder or container as a vault, with the version of its layout. Written once, before anything else.
/// </summary>
public sealed record VaultMarker
{
    public const string FormatName = "holdfast-vault";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;

    public byte[] ToBytes() => VaultDocument.Write(this, VaultJson.Default.VaultMarker);

    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static VaultMarker Read(ReadOnlySpan<byte> json) =>
        VaultDocument.Read(json, VaultJson.Default.VaultMarker, FormatName, CurrentVersion, VaultPaths.Marker);
}
