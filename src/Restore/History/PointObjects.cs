using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.Selection;

namespace Holdfast.Restore.History;

/// <summary>What one point shows of the objects that are asked for.</summary>
internal sealed class PointObjects
{
    private PointObjects(Seal seal, PointManifests manifests, ImmutableArray<TypeEntry> types) =>
        (Seal, Manifests, Types) = (seal, manifests, types);

    public Seal Seal { get; }
    public PointManifests Manifests { get; }

    /// <summary>What the kind means in this point.</summary>
    public ImmutableArray<TypeEntry> Types { get; }

    /// <summary>Their manifests as they are stored.</summary>
    public Dictionary<ObjectKey, ReadOnlyMemory<byte>> Objects { get; } = [];

    public static async Task<PointObjects> ReadAsync(
        RecoveryPointReader point,
        ObjectQuery query,
        RememberedParts parts,
        CancellationToken cancellation
    )
    {
        var known = point.Inventory.Types.Where(t => t.Type.Resource != "*").ToImmutableArray();
        ImmutableArray<ResourceType> served = [.. known.Select(t => t.Type)];
        var meant = KindNames.Find(query.Kind, served, CustomNames.None);
        if (meant.IsEmpty)
            meant = KindNames.Find(query.Kind, served, await CustomNames.ReadAsync([new(point)], [query.Kind], served, cancellation));
        var types = known.Where(t => meant.Contains(t.Type)).ToImmutableArray();
        foreach (var type in types)
            parts.Want(type.Type.GroupResource);
        var manifests = new PointManifests(point.Inventory, (segment, part, stop) => parts.ReadAsync(point, segment, part, stop));
        var found = new PointObjects(point.Seal, manifests, types);
        await found.ReadAsync(query, cancellation);
        return found;
    }

    /// <summary>Why the point says nothing of whether the objects were there, for a person; null: it does.</summary>
    public string? Silence(ObjectQuery query)
    {
        var scope = Manifests.Inventory.Scope;
        if (Types.FirstOrDefault(t => t.State != TypeState.Captured) is { } missing)
            return $"{missing.Type.GroupResource} {(missing.State == TypeState.Excluded ? "were excluded" : "couldn't be captured")}";
        if (scope.LabelSelector is not null)
            return $"it holds only objects with the labels '{scope.LabelSelector}'";
        if (!Types.Any(t => t.Type.Namespaced))
            return null;
        return query.Namespace is { } ns && !NamePattern.IsPattern(ns)
            ? scope.ExcludedNamespaces.Contains(ns) || (!scope.Namespaces.IsEmpty && !scope.Namespaces.Contains(ns))
                ? $"namespace {ns} is outside of what was captured"
                : null
            : scope.Namespaces.IsEmpty && scope.ExcludedNamespaces.IsEmpty
                ? null
                : "only some namespaces were captured: name one";
    }

    private async Task ReadAsync(ObjectQuery query, CancellationToken cancellation)
    {
        foreach (var type in Types.Where(t => t.State == TypeState.Captured).Select(t => t.Type.GroupResource))
        {
            var segments = Manifests.SegmentsOf(type).Where(i => Includes(query, Manifests.Inventory.Segments[i].Namespace));
            var parts = segments.SelectMany(i => Enumerable.Range(0, Manifests.Inventory.Segments[i].Parts.Length).Select(p => (i, p)));
            await foreach (var (segment, _, manifests) in Manifests.ReadPartsAsync(parts, cancellation))
            foreach (var manifest in manifests)
                Objects[new(type, Manifests.Inventory.Segments[segment].Namespace, query.Name)] = manifest;
        }
    }

    private static bool Includes(ObjectQuery query, string? ns) =>
        query.Namespace is null || ns is null || NamePattern.Matches(query.Namespace, ns);
}
