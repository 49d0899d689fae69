using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Relations;

namespace Holdfast.Restore.Selection;

/// <summary>One object of a graph.</summary>
/// <param name="Labels">Its own; null: it has none that a reference asks for.</param>
/// <param name="PodLabels">Those of its Pods; null: it is neither a Pod nor makes any.</param>
internal sealed record ApplicationNode(ObjectKey Key, string Kind, JsonObject? Labels, JsonObject? PodLabels)
{
    /// <summary>It is scaled down to nothing.</summary>
    public bool IsIdle { get; init; }
    public List<(Relation Relation, ObjectKey To)> Names { get; } = [];
    public List<(Relation Relation, MatchedReference To)> Matches { get; } = [];

    /// <summary>Those that name it.</summary>
    public List<(Relation Relation, ApplicationNode From)> NamedBy { get; } = [];
}

/// <summary>
/// The objects of some namespaces, with what they refer to: keys, labels and references, no manifests. Memory is some hundred bytes for
/// each object.
/// </summary>
internal sealed class ApplicationGraph
{
    private readonly Dictionary<ObjectKey, ApplicationNode> nodes = [];
    private readonly Dictionary<(string Resource, string? Namespace), List<ApplicationNode>> byType = [];
    private readonly List<(ApplicationNode From, Relation Relation, MatchedReference To)> matches = [];

    public ApplicationNode? Find(ObjectKey key) => nodes.GetValueOrDefault(key);

    public void Add(JsonObject manifest, ResourceType type, KindFinder kinds)
    {
        var subject = new RelationSubject(manifest, type, kinds);
        var node = new ApplicationNode(
            new(type.GroupResource, subject.Namespace, subject.Name),
            type.Kind,
            type.GroupResource == KnownTypes.Services ? Copy(subject.Metadata.Object("labels")) : null,
            subject.PodTemplate is { } template ? Copy(template.Object("metadata").Object("labels")) : null
        )
        {
            IsIdle = subject.Spec.Number("replicas") == 0,
        };
        if (!nodes.TryAdd(node.Key, node))
            return;
        foreach (var relation in RelationTable.Of(type))
        {
            node.Names.AddRange(relation.Names(subject).Select(r => (relation, r.Key)));
            node.Matches.AddRange(relation.Matches(subject).Select(m => (relation, m)));
        }
        matches.AddRange(node.Matches.Select(m => (node, m.Relation, m.To)));
        ByType(type.GroupResource, subject.Namespace).Add(node);
        if (node.PodLabels is not null && type.GroupResource != KnownTypes.Pods)
            ByType(KnownTypes.Pods, subject.Namespace).Add(node);
    }

    /// <summary>Once all are in: who names whom.</summary>
    public void Connect()
    {
        foreach (var node in nodes.Values)
        foreach (var (relation, to) in node.Names)
            if (nodes.TryGetValue(to, out var named))
                named.NamedBy.Add((relation, node));
    }

    public IEnumerable<ApplicationNode> Matching(MatchedReference reference) =>
        ByType(reference.Resource, reference.Namespace).Where(n => Takes(reference, n));

    /// <summary>Those that choose the object by labels or by a pattern of names.</summary>
    public IEnumerable<(ApplicationNode From, Relation Relation)> MatchedBy(ApplicationNode node) =>
        from match in matches
        where match.To.Namespace == node.Key.Namespace && IsOf(match.To.Resource, node) && Takes(match.To, node)
        select (match.From, match.Relation);

    private static bool IsOf(string resource, ApplicationNode node) =>
        resource == node.Key.GroupResource || (resource == KnownTypes.Pods && node.PodLabels is not null);

    private static bool Takes(MatchedReference reference, ApplicationNode node) =>
        reference.Takes(node.Key.Name, reference.Resource == KnownTypes.Pods ? node.PodLabels : node.Labels);

    private List<ApplicationNode> ByType(string resource, string? ns)
    {
        if (!byType.TryGetValue((resource, ns), out var list))
            byType[(resource, ns)] = list = [];
        return list;
    }

    /// <summary>Without the manifest behind it.</summary>
    private static JsonObject Copy(JsonObject? labels)
    {
        var copy = new JsonObject();
        foreach (var (key, _) in labels ?? [])
            copy[key] = labels.Text(key);
        return copy;
    }
}
