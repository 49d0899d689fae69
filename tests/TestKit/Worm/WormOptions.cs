namespace Holdfast.TestKit.Worm;

/// <summary>How a storage account and its containers are set up. Default: as Microsoft recommends for a vault.</summary>
public sealed record WormOptions
{
    /// <summary>Each write makes a version.</summary>
    public bool Versioning { get; init; } = true;

    /// <summary>The containers support immutability of versions; needs versioning.</summary>
    public bool Immutability { get; init; } = true;

    /// <summary>How long deleted versions can be brought back; null: they can't.</summary>
    public TimeSpan? SoftDelete { get; init; }

    /// <summary>The containers' default policy, which a version without one of its own gets; null: none.</summary>
    public TimeSpan? DefaultTerm { get; init; }

    /// <summary>Of the containers: <c>blob</c>, <c>container</c>; null: private.</summary>
    public string? PublicAccess { get; init; }

    /// <summary>Whether the caller may read the service's properties, which who reads and writes blobs need not.</summary>
    public bool ShowsServiceProperties { get; init; } = true;
}
