using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Format;

/// <summary>Says, at the vault's top, that this is a vault and of which version its layout is. Written once, before anything else.</summary>
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

/// <summary>Says that retention purged a point's packs: when, and by which rule. The seal stays.</summary>
public sealed record PointExpiry
{
    public const string FormatName = "holdfast-expired";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;
    public required PointId Point { get; init; }
    public required DateTimeOffset ExpiredAt { get; init; }
    public required string Rule { get; init; }

    public byte[] ToBytes() => VaultDocument.Write(this, VaultJson.Default.PointExpiry);

    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static PointExpiry Read(ReadOnlySpan<byte> json, string path) =>
        VaultDocument.Read(json, VaultJson.Default.PointExpiry, FormatName, CurrentVersion, path);
}
