namespace Holdfast.TestKit.Worm;

/// <summary>One version of a blob, or the blob itself where there are no versions.</summary>
/// <param name="Id">Null: there are no versions.</param>
public sealed record WormVersion(string? Id, byte[] Content, DateTimeOffset Modified, string ETag)
{
    public DateTimeOffset? Until { get; set; }
    public bool IsLocked { get; set; }
    public bool HasLegalHold { get; set; }

    /// <summary>Soft-deleted then; null: it isn't.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>A name and its versions, the oldest first.</summary>
public sealed class WormBlob
{
    public List<WormVersion> Versions { get; } = [];

    /// <summary>Null: the name was deleted.</summary>
    public WormVersion? Current { get; set; }
}

/// <summary>The service refuses.</summary>
public sealed class WormException(int status, string code) : Exception($"{status} {code}")
{
    public int Status { get; } = status;
    public string Code { get; } = code;
}
