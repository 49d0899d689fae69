using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Deleting;

/// <summary>
/// The objects that a request names for deletion (<see cref="RestoreRequest.Delete"/>): in a plan each by its group-resource in full. Pure.
/// </summary>
internal static class DeletionNames
{
    private static readonly Dictionary<string, string> NoShortNames = [];

    public static bool Has(RestoreRequest request, string groupResource, string? ns, string name) =>
        request.Delete is { } named && named.Contains(Of(groupResource, ns, name), StringComparer.Ordinal);

    /// <summary>As it is typed: <c>persistentvolumeclaims/shop/data</c>.</summary>
    public static string Of(string groupResource, string? ns, string name) =>
        ns is null ? $"{groupResource}/{name}" : $"{groupResource}/{ns}/{name}";

    /// <exception cref="RestoreException">BadRequest, with every name that can't be understood.</exception>
    public static ImmutableArray<string>? Resolve(RestoreRequest request, ApiSurface surface)
    {
        if (request.Delete is not { IsDefaultOrEmpty: false } names)
            return null;
        var types = surface
            .Resources.DistinctBy(r => r.GroupResource)
            .Select(r => new ResourceType(r.Group, r.Version, r.Resource, r.Kind, r.Namespaced))
            .ToList();
        var found = new List<string>();
        var errors = new List<string>();
        foreach (var text in names)
        {
            var (name, error) = Resolve(text, request.Selection, types);
            if (name is not null)
                found.Add(name);
            else
                errors.Add($"'{text}' names nothing to delete: {error}");
        }
        if (!request.Deletes)
            errors.Add("objects to delete are named, which only a restore with --existing rollback or recreate does: add it");
        return errors.Count == 0
            ? [.. found.Distinct(StringComparer.Ordinal)]
            : throw new RestoreException(RestoreRefusal.BadRequest, [.. errors]);
    }

    private static (string? Name, string? Error) Resolve(string text, RestoreSelection selection, List<ResourceType> types)
    {
        var parts = text.Split('/');
        if (parts.Length is not (2 or 3) || parts.Any(p => p.Length == 0))
            return (null, "use KIND/NAME for an object of the whole cluster, and KIND/NAMESPACE/NAME for any other");
        var meant = KindNames.Find(parts[0], types, NoShortNames);
        if (meant.Length != 1)
            return (
                null,
                meant.IsEmpty
                    ? $"the target serves no kind '{parts[0]}'{NearMatches.Among(parts[0], KindNames.Spellings(types))}"
                    : $"name the group, too: {string.Join(" or ", meant.Select(t => t.GroupResource))}"
            );
        return Resolve(meant[0], parts, selection);
    }

    private static (string? Name, string? Error) Resolve(ResourceType type, string[] parts, RestoreSelection selection)
    {
        var name = parts[^1];
        if (type.GroupResource == KnownTypes.Namespaces && IsKept(name))
            return (null, "the API server needs this namespace");
        if (!type.Namespaced)
            return parts.Length == 2
                ? (Of(type.GroupResource, null, name), null)
                : (null, $"{type.GroupResource} are in no namespace: use {parts[0]}/{name}");
        var ns = parts.Length == 3 ? parts[1] : Only(selection);
        return ns is null
            ? (null, $"{type.GroupResource} are in namespaces: use {parts[0]}/NAMESPACE/{name}")
            : (Of(type.GroupResource, ns, name), null);
    }

    private static string? Only(RestoreSelection selection) =>
        selection.Namespaces is [var only] && only.AsSpan().IndexOfAny('*', '?') < 0 ? only : null;

    /// <summary>A namespace that every cluster has.</summary>
    public static bool IsKept(string ns) => ns is "default" or "kube-system" or "kube-public" or "kube-node-lease";
}
