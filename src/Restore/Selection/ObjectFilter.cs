using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Selection;

/// <summary>A selection resolved against one point: which segments to read, and which of their objects are meant.</summary>
internal sealed class ObjectFilter
{
    private readonly RestoreSelection selection;
    private readonly HashSet<string> namespaces;
    private readonly LabelSelector? labels;
    private readonly ImmutableArray<KindQuery> kinds;
    private readonly ImmutableArray<NameQuery> names;

    internal ObjectFilter(
        RestoreSelection selection,
        LabelSelector? labels,
        ImmutableArray<KindQuery> kinds,
        ImmutableArray<NameQuery> names
    )
    {
        this.selection = selection;
        this.labels = labels;
        this.kinds = kinds;
        this.names = names;
        namespaces = selection.Namespaces.ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>The selection leaves something out, so that what the selected objects need has to be looked for.</summary>
    public bool IsPartial =>
        selection.Namespaces.Length + selection.Kinds.Length + selection.Names.Length > 0 || labels is { Requirements.Length: > 0 };

    public bool HasNamespaces => namespaces.Count > 0;

    /// <summary>Kinds are named, alone or with names.</summary>
    public bool HasKinds => kinds.Length > 0 || names.Any(n => n.Kind is not null);

    /// <summary>Cluster-scoped objects may come, if only as what others need.</summary>
    public bool AllowsClusterScope => selection.ClusterScoped != false;

    public bool SelectsType(ResourceType type)
    {
        if (!type.Namespaced && !SelectsClusterScoped(type))
            return false;
        if (kinds.Length > 0 && !kinds.Any(k => k.Has(type)))
            return false;
        return names.Length == 0 || names.Any(n => n.MayBe(type));
    }

    public bool SelectsNamespace(string? ns) => ns is null || namespaces.Count == 0 || namespaces.Contains(ns);

    /// <param name="objectLabels"><c>metadata.labels</c>; null when there are none.</param>
    public bool SelectsObject(ResourceType type, string name, JsonObject? objectLabels)
    {
        if (type.GroupResource == KnownTypes.Namespaces && namespaces.Count > 0 && !namespaces.Contains(name))
            return false;
        return (labels is null || labels.Matches(objectLabels)) && KindMatches(type, name) & NameMatches(type, name);
    }

    /// <summary>The request names this very object.</summary>
    public bool IsNamed(ResourceType type, string name) => AllNames.Any(n => n.Means(type, name));

    /// <summary>Names that nothing in the point has, each with the nearest that were seen; all that had to be read has been.</summary>
    public IEnumerable<string> Unmatched() => AllNames.Where(n => !n.Matched).Select(n => n.Unmatched());

    private IEnumerable<NameQuery> AllNames => names.Concat(kinds.Select(k => k.Only).OfType<NameQuery>());

    private bool SelectsClusterScoped(ResourceType type) =>
        selection.ClusterScoped switch
        {
            false => false,
            true => true,
            null => !IsPartial || kinds.Any(k => k.Has(type)) || names.Any(n => n.NamesKind(type)),
        };

    private bool KindMatches(ResourceType type, string name)
    {
        if (kinds.Length == 0)
            return true;
        var matched = false;
        foreach (var kind in kinds)
            matched |= kind.Only is { } only ? only.Matches(type, name) : kind.Has(type);
        return matched;
    }

    private bool NameMatches(ResourceType type, string name)
    {
        if (names.Length == 0)
            return true;
        var matched = false;
        foreach (var query in names)
            matched |= query.Matches(type, name);
        return matched;
    }
}

/// <summary>The types that one kind of the request stands for.</summary>
/// <param name="Only">The one name of them that is meant, where it was given as <c>KIND/NAME</c>.</param>
internal sealed record KindQuery(string Text, ImmutableArray<ResourceType> Types, NameQuery? Only = null)
{
    public bool Has(ResourceType type) => Types.Contains(type);
}

/// <summary>One name of the request, with a kind or for any.</summary>
internal sealed class NameQuery(string text, string name, KindQuery? kind)
{
    private readonly NearMatches near = new(name);

    public bool Matched { get; private set; }

    public KindQuery? Kind => kind;

    public bool MayBe(ResourceType type) => kind is null || kind.Has(type);

    public bool NamesKind(ResourceType type) => kind?.Has(type) == true;

    public bool Means(ResourceType type, string candidate) => MayBe(type) && candidate == name;

    public bool Matches(ResourceType type, string candidate)
    {
        if (!MayBe(type))
            return false;
        if (candidate == name)
            return Matched = true;
        if (!Matched)
            near.Offer(candidate);
        return false;
    }

    public string Unmatched() => $"nothing that is selected is named '{text}'{near}";
}
