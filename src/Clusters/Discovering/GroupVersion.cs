using System.Collections.Immutable;

namespace Holdfast.Clusters.Discovering;

/// <summary>One served version of a group, with what discovery knows of it so far.</summary>
internal sealed record GroupVersion(string Group, string Version, bool IsPreferred)
{
    /// <summary>Default until read.</summary>
    public ImmutableArray<ApiResource> Resources { get; init; }

    /// <summary>Why it can't be read, for a person.</summary>
    public string? Failure { get; init; }

    public string Name => Group.Length == 0 ? Version : $"{Group}/{Version}";

    public string Path => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";

    /// <summary>Copies storage hashes only: they identify duplicate types and aren't worth a failure.</summary>
    public GroupVersion WithHashesOf(GroupVersion classic)
    {
        if (classic.Resources.IsDefault)
            return this;
        var hashes = classic.Resources.ToDictionary(r => r.Resource, r => r.StorageVersionHash);
        return this with { Resources = [.. Resources.Select(r => r with { StorageVersionHash = hashes.GetValueOrDefault(r.Resource) })] };
    }
}
