using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
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
    private readonly Dictionary<string, JsonObject> namespaces = new(StringComparer.Ordinal);

    private LiveScope(PlanningRun run)
    {
        this.run = run;
        scope = run.Point.Inventory.Scope;
        labels = scope.LabelSelector is { } text ? LabelSelector.TryParse(text, out _) : null;
    }

    public static async Task<LiveScope> ReadAsync(PlanningRun run, CancellationToken cancellation)
    {
        var live = new LiveScope(run);
        if (run.Target.Surface.Find("", KnownTypes.Namespaces) is { } type)
            await foreach (var _ in run.Target.List(new(type, null), live.Receive, cancellation)) { }
        return live;
    }

    /// <summary>The target's namespaces, as they are.</summary>
    public IReadOnlyDictionary<string, JsonObject> Namespaces => namespaces;

    /// <summary>Null: all at once, or cluster scope.</summary>
    public IEnumerable<string?> NamespacesOf(ApiResource type) =>
        type.Namespaced && run.Filter.HasNamespaces
            ? namespaces.Keys.Where(n => run.Filter.SelectsNamespace(n) && run.Namespaces.Has(n)).Order(StringComparer.Ordinal)
            : [null];

    /// <summary>Captures leave out the namespace, which is gone, is going, or has the label.</summary>
    public bool IsExcluded(string? ns) =>
        ns is not null && (!run.Namespaces.Has(ns) || !namespaces.TryGetValue(ns, out var live) || IsLabelled(live));

    /// <summary>By the label, or an annotation of that name.</summary>
    public static bool IsLabelled(JsonObject live)
    {
        var metadata = live.Object("metadata");
        return metadata.Object("labels").Text(KnownLabels.Exclude) == "true"
            || metadata.Object("annotations").Text(KnownLabels.Exclude) == "true";
    }

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

    private void Receive(in ListedItem item) => namespaces[Encoding.UTF8.GetString(item.Name)] = ManifestJson.Parse(item.Json);
}
