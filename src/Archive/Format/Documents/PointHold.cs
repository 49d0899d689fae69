namespace Holdfast.Archive.Format.Documents;

/// <summary>
/// Keeps a point from expiring and from being purged, until it is removed. The only blob of a vault of which the current version counts.
/// </summary>
public sealed record PointHold
{
    public const string FormatName = "holdfast-hold";
    public const int CurrentVersion = 1;
    private const int LongestText = 500;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;
    public required PointId Point { get; init; }
    public required DateTimeOffset HeldAt { get; init; }

    /// <summary>Who holds it, as an audit names them.</summary>
    public required string By { get; init; }

    /// <summary>Why, for a person.</summary>
    public required string Reason { get; init; }

    public byte[] ToBytes() => VaultDocument.Write(this, VaultJson.Default.PointHold);

    /// <exception cref="ArchiveException">Malformed or NewerVersion; the point counts as held all the same.</exception>
    public static PointHold Read(ReadOnlySpan<byte> json, string path)
    {
        var hold = VaultDocument.Read(json, VaultJson.Default.PointHold, FormatName, CurrentVersion, path);
        return hold.By.Length is > 0 and <= LongestText && hold.Reason.Length is > 0 and <= LongestText
            ? hold
            : throw VaultDocument.Malformed(path, $"who holds the point and why have 1 to {LongestText} characters each", null);
    }
}
