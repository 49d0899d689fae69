using System.Collections.Concurrent;
using System.Text;
using Holdfast.Clusters;
using Holdfast.Clusters.Listing;

namespace Holdfast.Restore.Applying;

/// <summary>What became, since the plan, of a live object that the plan leaves as it is.</summary>
internal enum SeenState
{
    /// <summary>It is at the revision that the plan saw, or can't be looked for.</summary>
    Same,

    /// <summary>It has another revision, or another object has its name.</summary>
    Moved,
    Gone,
}

/// <summary>
/// Whether the live objects that a plan leaves as they are still are as it saw them: one list of metadata for each type and namespace, or
/// one of the whole type where there are many, never a request for each object. Lists each once, when the first object of the type is
/// asked for. Thread-safe.
/// </summary>
internal sealed class SeenObjects(ApplyContext context)
{
    /// <summary>Of one type; with more, one list of the type in all namespaces costs the server less.</summary>
    private const int MostNamespaces = 10;

    private const int Restarts = 3;
    private const int PageBytes = 4 << 20;

    private readonly ConcurrentDictionary<(string Resource, string ApiVersion), Lazy<Task<Dictionary<(string, string), string>?>>> lists =
        new();

    public async Task<SeenState> OfAsync(RestoreStep step, CancellationToken cancellation)
    {
        var type = (step.Resource, step.ApiVersion);
        var list = lists.GetOrAdd(type, of => new(() => ReadAsync(of.Resource, of.ApiVersion, cancellation)));
        Dictionary<(string, string), string>? live;
        try
        {
            live = await list.Value;
        }
        catch
        {
            // Whoever tries again lists again.
            lists.TryRemove(new(type, list));
            throw;
        }
        if (live is null)
            return SeenState.Same;
        return !live.TryGetValue((step.Namespace ?? "", step.Name), out var now) ? SeenState.Gone
            : now == Mark(step.LiveUid, step.LiveRevision) ? SeenState.Same
            : SeenState.Moved;
    }

    /// <summary>It is one that the plan saw and leaves.</summary>
    public static bool IsLeft(RestoreStep step) =>
        step is { LiveUid: not null, LiveRevision: not null, Source: not null, Action: StepAction.Unchanged or StepAction.Skip };

    /// <returns>Null: they can't be listed, which says nothing.</returns>
    private async Task<Dictionary<(string, string), string>?> ReadAsync(string resource, string apiVersion, CancellationToken cancellation)
    {
        if (context.Types.Find(resource, apiVersion) is not { } type)
            return context.Types.Serves(resource) ? null : [];
        var wanted = context
            .Plan.Steps.Where(s => s.Resource == resource && s.ApiVersion == apiVersion && IsLeft(s))
            .Select(s => (Namespace: s.Namespace ?? "", s.Name))
            .ToHashSet();
        var namespaces = wanted.Select(w => w.Namespace.Length == 0 ? null : w.Namespace).Distinct().ToList();
        for (var attempt = 0; ; attempt++)
        {
            var found = new Dictionary<(string, string), string>();
            try
            {
                foreach (var ns in namespaces.Count > MostNamespaces ? [null] : namespaces)
                await foreach (
                    var _ in new ResourceLister(context.Target).ListAsync(
                        new(type, ns) { MetadataOnly = true, PageBytes = PageBytes },
                        Receive,
                        cancellation
                    )
                ) { }
                return found;
            }
            catch (ClusterException expired) when (expired.Failure == ClusterFailure.Expired && attempt < Restarts)
            {
                // an older list is no longer readable: from the beginning
            }
            catch (ClusterException hidden)
                when (hidden.Failure
                        is ClusterFailure.Forbidden
                            or ClusterFailure.NotFound
                            or ClusterFailure.Broken
                            or ClusterFailure.Expired
                )
            {
                return null;
            }

            void Receive(in ListedItem item)
            {
                var key = (Encoding.UTF8.GetString(item.Namespace), Encoding.UTF8.GetString(item.Name));
                if (wanted.Contains(key))
                    found[key] = Mark(Encoding.UTF8.GetString(item.Uid), Encoding.UTF8.GetString(item.ResourceVersion));
            }
        }
    }

    private static string Mark(string? uid, string? revision) => $"{uid} {revision}";
}
