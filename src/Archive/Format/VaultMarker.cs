using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Format;

/// <summary>
/// Says, at the vault's top, that this is a vault and of which version its layout is. Written once, before anything else.
/// </summary>
public sealed record VaultMarker
{
    public const string FormatName = "holdfast-vault";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;

    internal byte[] ToBytes() => VaultDocument.Write(this, VaultJson.Default.VaultMarker);

    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    internal static VaultMarker Read(ReadOnlySpan<byte> json) =>
        VaultDocument.Read(json, VaultJson.Default.VaultMarker, FormatName, CurrentVersion, VaultPaths.Marker);
}
