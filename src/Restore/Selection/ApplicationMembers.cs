using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Relations;

namespace Holdfast.Restore.Selection;

/// <summary>Why an object belongs to an application: how another one of it refers to it, or it to that one.</summary>
/// <param name="Follows">It refers to the other one, not the other way round.</param>
internal sealed record MemberReason(Relation Relation, string Kind, ObjectKey Other, bool Follows)
{
    /// <param name="ns">The name of a namespace of the point in the target.</param>
    public string Text(Func<string?, string?> ns)
    {
        var other = Described.Object(Kind, ns(Other.Namespace), Other.Name);
        return Follows ? Relation.BecauseOf(other) : Relation.Because(other);
    }
}

/// <summary>
/// The objects of applications: all that can be reached from their roots (<see cref="RelationTable"/>), each with the reason next to the
/// root.
/// </summary>
internal sealed class ApplicationMembers
{
    // Made by built-in controllers: what they name was written into them from their owner's present or former template.
    private static readonly HashSet<string> MadeTypes = new(StringComparer.Ordinal)
    {
        KnownTypes.Pods,
        KnownTypes.ReplicaSets,
        KnownTypes.Jobs,
        KnownTypes.ControllerRevisions,
        KnownTypes.Endpoints,
        KnownTypes.EndpointSlices,
    };

    private readonly Dictionary<ObjectKey, Member> members = [];
    private readonly Dictionary<ObjectKey, MemberReason> clusterScoped = [];
    private readonly Dictionary<ObjectKey, string> alsoUsed = [];
    private readonly Queue<(ApplicationNode Node, Reach Reach)> open = new();

    /// <summary>How far an object was reached.</summary>
    private enum Reach
    {
        /// <summary>A built-in controller made it: it is there, and brings nothing.</summary>
        Made,

        /// <summary>With what it needs, and what belongs to it.</summary>
        Itself,

        /// <summary>Also what it leads to.</summary>
        Onwards,
    }

    private sealed record Member(MemberReason? Reason, Reach Reach);

    /// <summary>Objects of the whole cluster that belong to them.</summary>
    public IReadOnlyDictionary<ObjectKey, MemberReason> ClusterScoped => clusterScoped;

    public IEnumerable<ObjectKey> Keys => members.Keys;

    public bool Has(ObjectKey key) => members.ContainsKey(key);

    /// <summary>Null: it is a root.</summary>
    public MemberReason? ReasonOf(ObjectKey key) => members.GetValueOrDefault(key)?.Reason;

    /// <summary>Who else uses it, without belonging to them. Null: no one.</summary>
    public string? AlsoUsedBy(ObjectKey key) => alsoUsed.GetValueOrDefault(key);

    /// <summary>A root alone.</summary>
    public void Add(ObjectKey root) => members.TryAdd(root, new(null, Reach.Onwards));

    /// <summary>Roots with all that belongs to them.</summary>
    public void Add(ApplicationGraph graph, IEnumerable<ObjectKey> roots)
    {
        var reached = new List<ApplicationNode>();
        foreach (var root in roots.Select(graph.Find).OfType<ApplicationNode>())
            Reached(root, null, Reach.Onwards);
        while (open.TryDequeue(out var next))
        {
            reached.Add(next.Node);
            if (next.Reach != Reach.Made)
                Follow(graph, next.Node, next.Reach);
        }
        foreach (var node in reached)
            NoteOthers(node);
    }

    private void Follow(ApplicationGraph graph, ApplicationNode node, Reach reach)
    {
        foreach (var (relation, key) in node.Names)
            if (IsFollowed(relation, reach))
                Named(graph, node, relation, key, reach);
        foreach (var (relation, match) in node.Matches)
            if (IsFollowed(relation, reach))
                foreach (var to in graph.Matching(match))
                    Reached(to, new(relation, node.Kind, node.Key, false), ReachOf(relation, reach));
        foreach (var (relation, from) in node.NamedBy.Concat(graph.MatchedBy(node).Select(m => (m.Relation, m.From))))
            if (relation.Follows is not null)
                Reached(
                    from,
                    new(relation, node.Kind, node.Key, true),
                    relation.Id == RelationTable.Owner ? Owned(from, node, reach) : Reach.Itself
                );
    }

    private void Named(ApplicationGraph graph, ApplicationNode node, Relation relation, ObjectKey key, Reach reach)
    {
        var reason = new MemberReason(relation, node.Kind, node.Key, false);
        if (graph.Find(key) is { } to)
            Reached(to, reason, ReachOf(relation, reach));
        else if (key.Namespace is null && relation.Id == RelationTable.Owner)
            clusterScoped.TryAdd(key, reason);
    }

    private static bool IsFollowed(Relation relation, Reach reach) =>
        relation.Brings is not null && (!relation.IsRoute || reach == Reach.Onwards);

    private static Reach ReachOf(Relation relation, Reach reach) =>
        relation.IsRoute || relation.Id == RelationTable.Owner ? reach : Reach.Itself;

    private static Reach Owned(ApplicationNode owned, ApplicationNode owner, Reach reach) =>
        IsMade(owned) && BuiltInGroups.Have(GroupOf(owner.Key.GroupResource)) ? Reach.Made : reach;

    /// <summary>ReplicaSets with Pods may have to come back, in the middle of a rollout; those without are history.</summary>
    private static bool IsMade(ApplicationNode node) =>
        MadeTypes.Contains(node.Key.GroupResource) && (node.Key.GroupResource != KnownTypes.ReplicaSets || node.IsIdle);

    private static string GroupOf(string groupResource) => groupResource.IndexOf('.') is > 0 and var dot ? groupResource[(dot + 1)..] : "";

    private void Reached(ApplicationNode node, MemberReason? reason, Reach reach)
    {
        if (node.Key.Namespace is null)
        {
            if (reason is not null)
                clusterScoped.TryAdd(node.Key, reason);
            return;
        }
        var known = members.GetValueOrDefault(node.Key);
        if (known?.Reach >= reach)
            return;
        members[node.Key] = known is null ? new(reason, reach) : known with { Reach = reach };
        open.Enqueue((node, reach));
    }

    private void NoteOthers(ApplicationNode node)
    {
        foreach (var (relation, from) in node.NamedBy)
            if (
                relation is { Brings: not null, IsRoute: false }
                && relation.Id != RelationTable.Owner
                && !MadeTypes.Contains(from.Key.GroupResource)
                && !members.ContainsKey(from.Key)
            )
                alsoUsed.TryAdd(node.Key, Described.Object(from.Kind, null, from.Key.Name));
    }
}
