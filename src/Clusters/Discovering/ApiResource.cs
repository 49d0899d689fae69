using System.Collections.Immutable;

namespace Holdfast.Clusters.Discovering;

/// <summary>One resource type as discovery lists it, at one of its versions.</summary>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Verbs">As listed: get, list, create, ...</param>
/// <param name="HasStatus">It has a <c>/status</c> subresource.</param>
/// <param name="StorageVersionHash">
/// Equal hashes name one stored type served in two groups; null where the server gives none (aggregated APIs).
/// </param>
public sealed record ApiResource(
    string Group,
    string Version,
    string Resource,
    string Kind,
    bool Namespaced,
    ImmutableArray<string> Verbs,
    bool HasStatus = false,
    string? StorageVersionHash = null
)
{
    public string GroupResource => Group.Length == 0 ? Resource : $"{Resource}.{Group}";

    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    private string Root => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";

    /// <summary>The path to list or create at. <paramref name="ns"/> null: all namespaces, or cluster scope.</summary>
    public string CollectionPath(string? ns) =>
        ns is null ? $"{Root}/{Resource}" : $"{Root}/namespaces/{Uri.EscapeDataString(ns)}/{Resource}";

    public string ObjectPath(string? ns, string name, string? subresource = null) =>
        $"{CollectionPath(ns)}/{Uri.EscapeDataString(name)}{(subresource is null ? "" : "/" + subresource)}";

    public bool Can(string verb) => Verbs.Contains(verb, StringComparer.Ordinal);

    public override string ToString() => GroupResource;
}
