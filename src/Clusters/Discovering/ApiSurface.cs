using System.Collections.Immutable;

namespace Holdfast.Clusters.Discovering;

/// <summary>What an API server serves. A broken group doesn't affect the others.</summary>
/// <param name="Resources">
/// Every resource of every served group version that could be listed (subresources only as <see cref="ApiResource.HasStatus"/>).
/// </param>
/// <param name="PreferredVersions">Group to preferred version; the core group is the empty name.</param>
/// <param name="Failures">The group versions that could not be listed.</param>
public sealed record ApiSurface(
    ImmutableArray<ApiResource> Resources,
    ImmutableDictionary<string, string> PreferredVersions,
    ImmutableArray<DiscoveryFailure> Failures
)
{
    /// <summary>The resource at its group's preferred version, else at any; null when it isn't served.</summary>
    public ApiResource? Find(string group, string resource) => Best(Resources.Where(r => r.Group == group && r.Resource == resource));

    /// <summary>The same by kind.</summary>
    public ApiResource? FindKind(string group, string kind) => Best(Resources.Where(r => r.Group == group && r.Kind == kind));

    private ApiResource? Best(IEnumerable<ApiResource> versions)
    {
        ApiResource? any = null;
        foreach (var resource in versions)
        {
            if (PreferredVersions.TryGetValue(resource.Group, out var preferred) && preferred == resource.Version)
                return resource;
            any ??= resource;
        }
        return any;
    }
}

/// <param name="GroupVersion"><c>metrics.k8s.io/v1beta1</c>.</param>
/// <param name="Message">What happened, for a person.</param>
public sealed record DiscoveryFailure(string GroupVersion, string Message)
{
    /// <summary>Empty for the core group.</summary>
    public string Group => GroupVersion.Contains('/') ? GroupVersion[..GroupVersion.IndexOf('/')] : "";

    public string Version => GroupVersion[(GroupVersion.IndexOf('/') + 1)..];
}
