using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Selection;

/// <summary>A root of an application as it was given.</summary>
internal sealed record ApplicationRoot(string Text, string Name, ImmutableArray<ResourceType> Types);

/// <summary>
/// Finds the roots of applications in the points, and what belongs to them. Reads the types of the roots, then all of the namespaces that
/// hold one, and cluster role bindings.
/// </summary>
/// <param name="namespaces">Those of the selection. Where it names some, a root may be in several of them.</param>
/// <param name="errors">What is wrong with the roots is added here.</param>
internal sealed class ApplicationReader(IReadOnlyList<PointManifests> points, NamePatterns namespaces, List<string> errors)
{
    private const int Listed = 5;

    public async Task<ApplicationMembers> ReadAsync(ImmutableArray<ApplicationRoot> roots, bool alone, CancellationToken cancellation)
    {
        var members = new ApplicationMembers();
        var keys = new List<(PointManifests Point, ObjectKey Key)>();
        foreach (var root in roots)
            await FindAsync(root, keys, cancellation);
        if (errors.Count > 0)
            return members;
        if (alone)
            foreach (var (_, key) in keys)
                members.Add(key);
        else
            foreach (var ofPoint in keys.GroupBy(k => k.Point))
                await CollectAsync(members, ofPoint.Key, [.. ofPoint.Select(k => k.Key)], cancellation);
        return members;
    }

    private async Task FindAsync(ApplicationRoot root, List<(PointManifests Point, ObjectKey Key)> keys, CancellationToken cancellation)
    {
        if (root.Types.All(t => !t.Namespaced))
        {
            errors.Add(
                $"'{root.Text}' is of the whole cluster, and an application has its root in a namespace: use --name for a single object"
            );
            return;
        }
        var holders = new SortedSet<string>(StringComparer.Ordinal);
        var near = new NearMatches(root.Name);
        foreach (var point in points)
        foreach (var type in root.Types.Where(t => t.Namespaced))
        {
            var segments = point.SegmentsOf(type.GroupResource).Where(i => Selects(point.Inventory.Segments[i].Namespace!));
            await foreach (var (_, manifest, _) in point.ReadParsedAsync(segments, cancellation))
            {
                var metadata = manifest.Object("metadata");
                if (metadata.Text("name") is not { } name || metadata.Text("namespace") is not { } ns)
                    continue;
                near.Offer(name);
                if (name != root.Name)
                    continue;
                holders.Add(ns);
                keys.Add((point, new(type.GroupResource, ns, name)));
            }
        }
        if (holders.Count == 0)
            errors.Add(
                $"the point holds no '{root.Text}' to begin an application with{(namespaces.IsEmpty ? "" : " in these namespaces")}" + near
            );
        else if (holders.Count > 1 && namespaces.IsEmpty)
            errors.Add(
                $"'{root.Text}' is in {holders.Count} namespaces ({string.Join(", ", holders.Take(Listed))}"
                    + $"{(holders.Count > Listed ? ", ..." : "")}): say with -n which is meant"
            );
    }

    private bool Selects(string ns) => namespaces.IsEmpty || namespaces.Match(ns);

    private static async Task CollectAsync(
        ApplicationMembers members,
        PointManifests point,
        List<ObjectKey> roots,
        CancellationToken cancellation
    )
    {
        var graph = new ApplicationGraph();
        var read = roots.Select(r => r.Namespace).ToHashSet(StringComparer.Ordinal);
        foreach (var type in point.Types)
        {
            var segments = point
                .SegmentsOf(type.GroupResource)
                .Where(i => type.Namespaced ? read.Contains(point.Inventory.Segments[i].Namespace) : IsRead(type));
            await foreach (var (_, manifest, _) in point.ReadParsedAsync(segments, cancellation))
                graph.Add(manifest, type, point.OfKind);
        }
        graph.Connect();
        members.Add(graph, roots);
    }

    /// <summary>Of cluster scope: what refers to objects of namespaces.</summary>
    private static bool IsRead(ResourceType type) => type.GroupResource == KnownTypes.ClusterRoleBindings;
}
