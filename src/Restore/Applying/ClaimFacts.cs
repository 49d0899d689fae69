using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Readiness;

namespace Holdfast.Restore.Applying;

/// <summary>
/// What decides whether a claim is waited for: the storage classes that bind only for a Pod, and the claims that Pods mount. Read once for
/// each look, and only as far as claims are open.
/// </summary>
internal sealed class ClaimFacts(ApplyContext context)
{
    private readonly HashSet<string> waitingClasses = new(StringComparer.Ordinal);
    private readonly HashSet<(string Namespace, string Name)> used = [];
    private string? unread;

    /// <returns>Itself.</returns>
    public async Task<ClaimFacts> ReadAsync(IReadOnlyList<RestoreStep> open, CancellationToken cancellation)
    {
        var namespaces = open.Where(s => s.Resource == KnownTypes.PersistentVolumeClaims).Select(s => s.Namespace!).Distinct().ToList();
        if (namespaces.Count == 0)
            return this;
        await ListAsync(
            context.Types.FindKind("storage.k8s.io", "StorageClass"),
            null,
            item =>
            {
                if (ClaimReadiness.WaitsForConsumer(item))
                    waitingClasses.Add(item.Object("metadata").Text("name") ?? "");
            },
            cancellation
        );
        foreach (var ns in waitingClasses.Count == 0 ? [] : namespaces)
            await ListAsync(
                context.Types.FindKind("", "Pod"),
                ns,
                pod => used.UnionWith(ClaimReadiness.ClaimsOf(pod).Select(claim => (ns, claim))),
                cancellation
            );
        return this;
    }

    public ReadyState Of(JsonObject claim)
    {
        var metadata = claim.Object("metadata");
        var state = ClaimReadiness.Of(
            claim,
            waitingClasses.Contains(claim.Object("spec").Text("storageClassName") ?? ""),
            used.Contains((metadata.Text("namespace") ?? "", metadata.Text("name") ?? ""))
        );
        return state.Kind == ReadyKind.Waiting && unread is not null ? ReadyState.Waiting($"{state.Reason}; {unread}") : state;
    }

    /// <summary>Where they can't be listed, a claim is waited for as if it bound at once.</summary>
    private async Task ListAsync(ApiResource? type, string? ns, Action<JsonObject> take, CancellationToken cancellation)
    {
        if (type is null)
            return;
        try
        {
            await foreach (
                var _ in new ResourceLister(context.Target).ListAsync(
                    new(type, ns),
                    (in ListedItem item) => take(ManifestJson.Parse(item.Json)),
                    cancellation
                )
            ) { }
        }
        catch (ClusterException refused)
        {
            unread = $"{type.GroupResource} can't be read: {refused.Message}";
        }
    }
}
