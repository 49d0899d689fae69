using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Where in the target a rollback may delete: inside the request's scope and the point's own, and not where captures don't look.
/// </summary>
internal sealed class LiveScope
{
    private readonly PlanningRun run;
    private readonly CaptureScope scope;
    private readonly LabelSelector? labels;

    public LiveScope(PlanningRun run)
    {
        this.run = run;
        scope = run.Point.Inventory.Scope;
        labels = scope.LabelSelector is { } text ? LabelSelector.TryParse(text, out _) : null;
    }

    /// <summary>Null: all at once, or cluster scope.</summary>
    public IEnumerable<string?> NamespacesOf(ApiResource type) =>
        type.Namespaced && run.Filter.HasNamespaces
            ? run.Namespaces.Names.Where(n => run.Filter.SelectsNamespace(n) && run.Namespaces.Has(n)).Order(StringComparer.Ordinal)
            : [null];

    /// <summary>Captures leave out the namespace, which is gone, is going, or has the label.</summary>
    public bool IsExcluded(string? ns) => ns is not null && (!run.Namespaces.Has(ns) || run.Namespaces.IsExcluded(ns));

    /// <summary>The point would hold it, had it been there.</summary>
    public bool IsOfPoint(AddedObject live)
    {
        var within = live.Type.GroupResource == KnownTypes.Namespaces ? live.Name : live.Namespace;
        if (
            within is not null
            && ((!scope.Namespaces.IsEmpty && !scope.Namespaces.Contains(within)) || scope.ExcludedNamespaces.Contains(within))
        )
            return false;
        return scope.LabelSelector is null || labels?.Matches(live.Metadata.Object("labels")) == true;
    }

    /// <summary>The point doesn't hold the namespace, which may have had the label then.</summary>
    public bool MayBeLeftOut(string? ns) =>
        ns is not null
        && !run.Point.Inventory.Segments.Any(s => s.Namespace == ns)
        && run.Point.Inventory.Types.Any(t => t.Type.GroupResource == KnownTypes.Namespaces && t.ObjectsExcluded > 0);
}
