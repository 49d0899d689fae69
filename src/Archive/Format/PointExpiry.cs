using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Format;

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

    /// <summary>Of the document's bytes without this; set by <see cref="ToBytes"/>.</summary>
    public ContentDigest? Digest { get; init; }

    public byte[] ToBytes() => Write(this with { Digest = ContentDigest.Of(Write(this with { Digest = null })) });

    /// <exception cref="ArchiveException">Malformed, NewerVersion or DigestMismatch.</exception>
    public static PointExpiry Read(ReadOnlySpan<byte> json, string path)
    {
        var expiry = VaultDocument.Read(json, VaultJson.Default.PointExpiry, FormatName, CurrentVersion, path);
        return json.SequenceEqual(expiry.ToBytes())
            ? expiry
            : throw new ArchiveException(ArchiveFailure.DigestMismatch, $"{path} was changed since it was written: the point counts as not expired");
    }

    private static byte[] Write(PointExpiry expiry) => VaultDocument.Write(expiry, VaultJson.Default.PointExpiry);
}
