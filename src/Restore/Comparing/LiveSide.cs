using System.Runtime.CompilerServices;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Capture.Planning;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Targets;

namespace Holdfast.Restore.Comparing;

/// <summary>A live cluster as a capture with a point's scope would take it.</summary>
internal sealed class LiveSide(RestoreTarget target, CaptureScope scope)
{
    private const int FirstPage = 100;
    private const int PageBytes = 4 << 20;
    private readonly HashSet<string> excludedNamespaces = new(StringComparer.Ordinal);

    /// <summary>Finds the namespaces whose label leaves them out of captures.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        excludedNamespaces.UnionWith(scope.ExcludedNamespaces);
        if (target.Surface.Find("", KnownTypes.Namespaces) is not { } namespaces)
            return;
        await foreach (var _ in target.List(new(namespaces, null) { MetadataOnly = true }, Receive, cancellation)) { }

        void Receive(in ListedItem item)
        {
            if (ExclusionRules.LeavesOut(KnownTypes.Namespaces, item))
                excludedNamespaces.Add(Encoding.UTF8.GetString(item.Name));
        }
    }

    /// <summary>The types that a capture would take, at their preferred versions.</summary>
    public IEnumerable<ApiResource> Types =>
        target
            .Surface.Resources.DistinctBy(r => r.GroupResource)
            .Select(r => target.Surface.Find(r.Group, r.Resource)!)
            .Where(r => ExclusionRules.Of(r, scope, isDefined: false) is null);

    public async IAsyncEnumerable<ComparedObject> ReadAsync(ApiResource type, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var page = new List<ComparedObject>();
        var request = new ListRequest(type, null)
        {
            Limit = FirstPage,
            PageBytes = PageBytes,
            LabelSelector = scope.LabelSelector,
            PassesOverLarge = true,
        };
        await foreach (var _ in target.List(request, Receive, cancellation))
        {
            foreach (var item in page)
                yield return item;
            page.Clear();
        }

        void Receive(in ListedItem item)
        {
            var ns = Encoding.UTF8.GetString(item.Namespace);
            var name = Encoding.UTF8.GetString(item.Name);
            var within = type.Resource == KnownTypes.Namespaces && type.Group.Length == 0 ? name : ns;
            if (Takes(within) && !ExclusionRules.LeavesOut(type.GroupResource, item) && !item.IsTooLarge)
                page.Add(new(LiveObjects.KeyOf(ns, name), item.Json.ToArray()));
        }
    }

    private bool Takes(string ns) =>
        ns.Length == 0 || (!excludedNamespaces.Contains(ns) && (scope.Namespaces.IsEmpty || scope.Namespaces.Contains(ns)));
}
