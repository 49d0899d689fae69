using System.Collections.Immutable;

namespace Holdfast.Archive.Format.Documents;

/// <summary>
/// In a replica: from now on another service captures these clusters into it. The one that replicated into it stops that, and its own
/// schedules for them. Written once; it ends by a <see cref="TakeoverReturn"/> of its number.
/// </summary>
public sealed record Takeover
{
    public const string FormatName = "holdfast-takeover";
    public const int CurrentVersion = 1;
    private const int LongestText = 500;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;

    /// <summary>As in its path: 1 more than that of the takeover before it.</summary>
    public required int Number { get; init; }

    /// <summary>In order of name.</summary>
    public required ImmutableArray<ClusterName> Clusters { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Who asked for it, as an audit names them.</summary>
    public required string By { get; init; }

    /// <summary>For a person.</summary>
    public required string Reason { get; init; }

    public byte[] ToBytes() => VaultDocument.Write(this, VaultJson.Default.Takeover);

    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static Takeover Read(ReadOnlySpan<byte> json, int number)
    {
        var path = VaultPaths.Takeover(number);
        var takeover = VaultDocument.Read(json, VaultJson.Default.Takeover, FormatName, CurrentVersion, path);
        if (takeover.Number != number)
            throw VaultDocument.Malformed(path, $"it is number {takeover.Number}", null);
        if (takeover.Clusters.IsDefaultOrEmpty)
            throw VaultDocument.Malformed(path, "it names no cluster", null);
        return AreTexts(takeover.By, takeover.Reason)
            ? takeover
            : throw VaultDocument.Malformed(path, $"who asked for it and why have 1 to {LongestText} characters each", null);
    }

    internal static bool AreTexts(params ReadOnlySpan<string> texts)
    {
        foreach (var text in texts)
        {
            if (text.Length is 0 or > LongestText)
                return false;
        }
        return true;
    }
}

/// <summary>A takeover is over: the service that made it captures these clusters no more, and another one may replicate them.</summary>
public sealed record TakeoverReturn
{
    public const string FormatName = "holdfast-takeover-return";
    public const int CurrentVersion = 1;

    public string Format { get; init; } = FormatName;
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Of the takeover.</summary>
    public required int Number { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Who asked for it, as an audit names them.</summary>
    public required string By { get; init; }

    public byte[] ToBytes() => VaultDocument.Write(this, VaultJson.Default.TakeoverReturn);

    /// <exception cref="ArchiveException">Malformed or NewerVersion.</exception>
    public static TakeoverReturn Read(ReadOnlySpan<byte> json, int number)
    {
        var path = VaultPaths.TakeoverReturn(number);
        var end = VaultDocument.Read(json, VaultJson.Default.TakeoverReturn, FormatName, CurrentVersion, path);
        return end.Number == number && Takeover.AreTexts(end.By)
            ? end
            : throw VaultDocument.Malformed(path, "it isn't of the takeover in its path, or doesn't say who asked for it", null);
    }
}
