using System.Collections.Immutable;
using Holdfast.Manifests;
using Holdfast.Restore.Selection;

namespace Holdfast.Restore.Planning;

/// <summary>Refuses a mapping of namespaces that can't be meant, with all that is wrong with it.</summary>
internal static class MappedNamespaces
{
    public static async Task CheckAsync(PointManifests point, ObjectFilter filter, RestoreRequest request, CancellationToken cancellation)
    {
        if (request.NamespaceMapping is not { Count: > 0 } map)
            return;
        var known = await KnownAsync(point, cancellation);
        var wrong = map.SelectMany(m => Wrong(m.Key, m.Value, known, filter, request)).Concat(Collisions(map, known, filter)).ToList();
        if (wrong.Count > 0)
            throw new RestoreException(RestoreRefusal.BadRequest, [.. wrong]);
    }

    /// <summary>An empty namespace has no segment, only its own object.</summary>
    private static async Task<SortedSet<string>> KnownAsync(PointManifests point, CancellationToken cancellation)
    {
        var known = new SortedSet<string>(point.Inventory.Segments.Select(s => s.Namespace).OfType<string>(), StringComparer.Ordinal);
        var segments = point.SegmentsOf(KnownTypes.Namespaces);
        await foreach (var (_, manifest, _) in point.ReadParsedAsync(segments, cancellation))
            if (manifest.Object("metadata").Text("name") is { } name)
                known.Add(name);
        return known;
    }

    private static IEnumerable<string> Wrong(
        string captured,
        string mapped,
        SortedSet<string> known,
        ObjectFilter filter,
        RestoreRequest request
    )
    {
        if (!NameRule.Namespace.IsValid(mapped))
            yield return $"namespace '{captured}' can't become '{mapped}', which {NameRule.Namespace.What}: {NameRule.Namespace.Why}";
        else if (!request.SystemNamespaces && Rules.NeverRules.IsSystemNamespace(mapped))
            yield return $"namespace '{captured}' can't become '{mapped}', which is a system namespace: choose another, or add "
                + "--system-namespaces";
        if (!known.Contains(captured))
            yield return $"the point holds no namespace '{captured}' to map{NearMatches.Among(captured, known)}";
        else if (!filter.SelectsNamespace(captured))
            yield return $"namespace '{captured}' is mapped to '{mapped}' and not selected: select it too, or leave the mapping out";
    }

    /// <summary>Two namespaces of the selection that would become one.</summary>
    private static IEnumerable<string> Collisions(
        ImmutableSortedDictionary<string, string> map,
        SortedSet<string> known,
        ObjectFilter filter
    ) =>
        known
            .Where(filter.SelectsNamespace)
            .GroupBy(ns => map.GetValueOrDefault(ns) ?? ns, StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => $"namespaces {string.Join(" and ", g)} can't both become '{g.Key}': give each a name of its own");
}
