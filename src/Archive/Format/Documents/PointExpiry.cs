using Holdfast.Machine.Terminals;

namespace Holdfast.Archive.Format.Documents;

/// <summary>
/// Records that retention expired a point: when, and by which rule. From 7 days later on its inventory and what only it needs may be
/// purged. The seal stays.
/// </summary>
public sealed record PointExpiry
{
    public const string FormatName = "holdfast-expired";
    public const int CurrentVersion = 2;

    /// <summary>Without a signature: releases up to 0.2.0 read no other.</summary>
    private const int UnsignedVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = UnsignedVersion;
    public required PointId Point { get; init; }
    public required DateTimeOffset ExpiredAt { get; init; }

    /// <summary>For a person: visible ASCII and spaces, without quotes and backslashes.</summary>
    public required string Rule { get; init; }

    /// <summary>Of the document's bytes without this and the signature; set by <see cref="ToBytes"/>.</summary>
    public ContentDigest? Digest { get; init; }

    /// <summary>As of a seal; exactly in version 2.</summary>
    public SealSignature? Signature { get; init; }

    public byte[] ToBytes() => Write(Complete());

    /// <summary>What a signature is over: the document's bytes as if it had none.</summary>
    internal byte[] SignedBytes() => Write((this with { Version = CurrentVersion }).Complete() with { Signature = null });

    internal PointExpiry SignedBy(SealSignature signature) => this with { Version = CurrentVersion, Signature = signature };

    /// <exception cref="ArchiveException">Malformed, NewerVersion or DigestMismatch.</exception>
    public static PointExpiry Read(ReadOnlySpan<byte> json, string path)
    {
        var expiry = VaultDocument.Read(json, VaultJson.Default.PointExpiry, FormatName, CurrentVersion, path);
        if (!IsPlain(expiry.Rule))
            throw VaultDocument.Malformed(path, "its rule holds more than visible ASCII and spaces", null);
        if (expiry.Version != (expiry.Signature is null ? UnsignedVersion : CurrentVersion))
            throw VaultDocument.Malformed(path, "only version 2 has a signature, and always", null);
        return json.SequenceEqual(expiry.ToBytes())
            ? expiry
            : throw new ArchiveException(
                ArchiveFailure.DigestMismatch,
                $"{path} was changed after it was written: the point counts as not expired"
            );
    }

    private PointExpiry Complete() =>
        IsPlain(Rule)
            ? this with
            {
                Digest = ContentDigest.Of(Write(this with { Digest = null, Signature = null })),
            }
            : throw new InvalidOperationException($"'{Rule}' holds more than visible ASCII and spaces");

    private static bool IsPlain(string text) => PlainToken.Is(text.Replace(' ', '_'));

    private static byte[] Write(PointExpiry expiry) => VaultDocument.Write(expiry, VaultJson.Default.PointExpiry);
}
