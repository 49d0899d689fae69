using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Selection;

/// <summary>A selection resolved against one point: which segments to read, and which of their objects are meant.</summary>
internal sealed class ObjectFilter(RestoreSelection selection)
{
    private readonly NamePatterns namespaces = new(selection.Namespaces);
    private readonly HashSet<string> ofApplication = new(StringComparer.Ordinal);
    private readonly HashSet<string> typesOfApplication = new(StringComparer.Ordinal);

    /// <summary>What an object's labels have to match; null: anything.</summary>
    public LabelSelector? Labels { get; init; }

    /// <summary>Of which they have to match one; empty: none is asked for.</summary>
    public ImmutableArray<LabelSelector> AnyLabels { get; init; } = [];
    public ImmutableArray<KindQuery> Kinds { get; init; } = [];
    public ImmutableArray<NameQuery> Names { get; init; } = [];

    /// <summary>How many namespaces of the point are selected; null: all.</summary>
    public int? Namespaces { get; init; }

    /// <summary>The objects of the selected applications; null: the selection isn't by application.</summary>
    public ApplicationMembers? Application
    {
        get;
        init
        {
            field = value;
            foreach (var key in value?.Keys ?? [])
            {
                ofApplication.Add(key.Namespace!);
                typesOfApplication.Add(key.GroupResource);
            }
        }
    }

    /// <summary>The selection leaves something out, so that what the selected objects need has to be looked for.</summary>
    public bool IsPartial =>
        selection.Namespaces.Length + selection.Kinds.Length + selection.Names.Length + AnyLabels.Length > 0
        || Application is not null
        || Labels is { Requirements.Length: > 0 };

    /// <summary>All objects of applications are meant, not only some kinds or names of them.</summary>
    public bool IsWholeApplication =>
        Application is not null && Kinds.IsEmpty && Names.IsEmpty && AnyLabels.IsEmpty && Labels is not { Requirements.Length: > 0 };

    public bool HasNamespaces => !selection.Namespaces.IsEmpty || Application is not null;

    /// <summary>Kinds are named, alone or with names.</summary>
    public bool HasKinds => Kinds.Length > 0 || Names.Any(n => n.Kind is not null);

    /// <summary>Cluster-scoped objects may come, if only as what others need.</summary>
    public bool AllowsClusterScope => selection.ClusterScoped != false;

    /// <summary>What selected objects need comes with them.</summary>
    public bool BringsDependencies => selection.Dependencies != false;

    public bool SelectsType(ResourceType type)
    {
        if (!type.Namespaced && !SelectsClusterScoped(type))
            return false;
        if (Application is not null && !typesOfApplication.Contains(type.GroupResource))
            return false;
        if (Kinds.Length > 0 && !Kinds.Any(k => k.Has(type)))
            return false;
        return Names.Length == 0 || Names.Any(n => n.MayBe(type));
    }

    public bool SelectsNamespace(string? ns) =>
        ns is null || ((Application is null || ofApplication.Contains(ns)) && (namespaces.IsEmpty || namespaces.Match(ns)));

    /// <param name="ns">As captured.</param>
    /// <param name="labels"><c>metadata.labels</c>; null when there are none.</param>
    public bool SelectsObject(ResourceType type, string? ns, string name, JsonObject? labels)
    {
        if (Application is not null && !Application.Has(new(type.GroupResource, ns, name)))
            return false;
        if (type.GroupResource == KnownTypes.Namespaces && !SelectsNamespace(name))
            return false;
        return Matches(labels) && KindMatches(type, name) & NameMatches(type, name);
    }

    /// <summary>The request names this very object.</summary>
    public bool IsNamed(ResourceType type, string name) => AllNames.Any(n => n.Means(type, name));

    /// <summary>Names that nothing in the point has, each with the nearest that were seen; all that had to be read has been.</summary>
    public IEnumerable<string> Unmatched() => AllNames.Where(n => !n.Matched).Select(n => n.Unmatched());

    private IEnumerable<NameQuery> AllNames => Names.Concat(Kinds.Select(k => k.Only).OfType<NameQuery>());

    private bool SelectsClusterScoped(ResourceType type) =>
        selection.ClusterScoped switch
        {
            false => false,
            true => true,
            null => !IsPartial || Kinds.Any(k => k.Has(type)) || Names.Any(n => n.NamesKind(type)),
        };

    private bool Matches(JsonObject? labels) =>
        (Labels is null || Labels.Matches(labels)) && (AnyLabels.IsEmpty || AnyLabels.Any(l => l.Matches(labels)));

    private bool KindMatches(ResourceType type, string name)
    {
        if (Kinds.Length == 0)
            return true;
        var matched = false;
        foreach (var kind in Kinds)
            matched |= kind.Only is { } only ? only.Matches(type, name) : kind.Has(type);
        return matched;
    }

    private bool NameMatches(ResourceType type, string name)
    {
        if (Names.Length == 0)
            return true;
        var matched = false;
        foreach (var query in Names)
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
