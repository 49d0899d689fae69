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

    /// <summary>For a person: visible ASCII and spaces, without quotes and backslashes.</summary>
    public required string Rule { get; init; }

    /// <summary>Of the document's bytes without this; set by <see cref="ToBytes"/>.</summary>
    public ContentDigest? Digest { get; init; }

    public byte[] ToBytes() =>
        IsPlain(Rule)
            ? Write(this with { Digest = ContentDigest.Of(Write(this with { Digest = null })) })
            : throw new InvalidOperationException($"'{Rule}' holds more than visible ASCII and spaces");

    /// <exception cref="ArchiveException">Malformed, NewerVersion or DigestMismatch.</exception>
    public static PointExpiry Read(ReadOnlySpan<byte> json, string path)
    {
        var expiry = VaultDocument.Read(json, VaultJson.Default.PointExpiry, FormatName, CurrentVersion, path);
        if (!IsPlain(expiry.Rule))
            throw VaultDocument.Malformed(path, "its rule holds more than visible ASCII and spaces", null);
        return json.SequenceEqual(expiry.ToBytes())
            ? expiry
            : throw new ArchiveException(
                ArchiveFailure.DigestMismatch,
                $"{path} was changed since it was written: the point counts as not expired"
            );
    }

    private static bool IsPlain(string text) => InventoryRules.IsToken(text.Replace(' ', '_'));

    private static byte[] Write(PointExpiry expiry) => VaultDocument.Write(expiry, VaultJson.Default.PointExpiry);
}
