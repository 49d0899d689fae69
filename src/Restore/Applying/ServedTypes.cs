using Holdfast.Clusters.Discovering;

namespace Holdfast.Restore.Applying;

/// <summary>What the target serves, for look-ups by the thousand.</summary>
internal sealed class ServedTypes
{
    private readonly Dictionary<(string GroupResource, string ApiVersion), ApiResource> byResource = [];
    private readonly Dictionary<(string Group, string Kind), ApiResource> byKind = [];
    private readonly HashSet<string> served = new(StringComparer.Ordinal);

    public ServedTypes(ApiSurface surface)
    {
        foreach (var type in surface.Resources)
        {
            byResource[(type.GroupResource, type.ApiVersion)] = type;
            served.Add(type.GroupResource);
            byKind.TryAdd((type.Group, type.Kind), surface.FindKind(type.Group, type.Kind)!);
        }
    }

    /// <summary>
    /// The type at exactly the version that a manifest is written in: a body of another version is refused by the server.
    /// </summary>
    public ApiResource? Find(string groupResource, string apiVersion) => byResource.GetValueOrDefault((groupResource, apiVersion));

    /// <summary>At any version.</summary>
    public bool Serves(string groupResource) => served.Contains(groupResource);

    public ApiResource? FindKind(string group, string kind) => byKind.GetValueOrDefault((group, kind));
}
