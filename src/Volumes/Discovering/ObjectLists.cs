using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;

namespace Holdfast.Volumes.Discovering;

/// <summary>Reads lists of objects that are few, or of which little is needed.</summary>
internal sealed class ObjectLists(ClusterConnection connection)
{
    private readonly ResourceLister lister = new(connection);

    /// <summary>What <paramref name="pick"/> makes of each object; what it makes null is left out.</summary>
    /// <exception cref="Clusters.ClusterException">The list can't be read.</exception>
    public async Task<List<T>> ReadAsync<T>(ListRequest request, Func<JsonObject, T?> pick, CancellationToken cancellation)
        where T : class
    {
        var found = new List<T>();
        await FreshList.ReadAsync(
            lister,
            request,
            found.Clear,
            (in ListedItem item) =>
            {
                // an object over the limits is a gap of the capture itself
                if (!item.IsTooLarge && !item.IsTooDeep && pick(ManifestJson.Parse(item.Json)) is { } picked)
                    found.Add(picked);
            },
            cancellation
        );
        return found;
    }

    public Task<List<JsonObject>> ReadAsync(ApiResource type, string? ns, CancellationToken cancellation, string? labelSelector = null) =>
        ReadAsync(new(type, ns) { LabelSelector = labelSelector }, o => o, cancellation);

    /// <exception cref="Clusters.ClusterException">Expired: the server has dropped the revision.</exception>
    public Task<List<JsonObject>> ReadAtAsync(ApiResource type, string revision, CancellationToken cancellation) =>
        ReadAsync(new(type, null) { Revision = revision }, o => o, cancellation);
}
