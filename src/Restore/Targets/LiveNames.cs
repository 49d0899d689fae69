using System.Text;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;

namespace Holdfast.Restore.Targets;

/// <summary>
/// Which objects of a type exist in the target, by name: for owners and for what selected objects need. Each type and namespace is listed
/// once, metadata only.
/// </summary>
internal sealed class LiveNames(RestoreTarget target)
{
    private readonly Dictionary<(string Type, string? Namespace), Dictionary<string, LiveName>> known = [];
    private readonly HashSet<(string Type, string? Namespace)> hidden = [];

    /// <summary>Null when there is none; nothing of a type that can't be listed.</summary>
    public async ValueTask<LiveName?> FindAsync(ApiResource type, string? ns, string name, CancellationToken cancellation) =>
        (await ReadAsync(type, ns, cancellation)).GetValueOrDefault(name);

    /// <summary>All of the type, or of its namespace; empty where it can't be listed.</summary>
    public async ValueTask<IEnumerable<string>> NamesAsync(ApiResource type, string? ns, CancellationToken cancellation) =>
        (await ReadAsync(type, ns, cancellation)).Keys;

    /// <summary>The target doesn't let them be listed, so that none is known.</summary>
    public async ValueTask<bool> IsHiddenAsync(ApiResource type, string? ns, CancellationToken cancellation)
    {
        await ReadAsync(type, ns, cancellation);
        return hidden.Contains((type.GroupResource, type.Namespaced ? ns : null));
    }

    private async ValueTask<Dictionary<string, LiveName>> ReadAsync(ApiResource type, string? ns, CancellationToken cancellation)
    {
        var scope = type.Namespaced ? ns : null;
        if (!known.TryGetValue((type.GroupResource, scope), out var names))
            known[(type.GroupResource, scope)] = names = await ListAsync(type, scope, cancellation);
        return names;
    }

    private async Task<Dictionary<string, LiveName>> ListAsync(ApiResource type, string? ns, CancellationToken cancellation)
    {
        var names = new Dictionary<string, LiveName>(StringComparer.Ordinal);
        try
        {
            await foreach (var _ in target.List(new(type, ns) { MetadataOnly = true }, Receive, cancellation)) { }
        }
        catch (ClusterException refused) when (refused.Failure is ClusterFailure.NotFound or ClusterFailure.Forbidden)
        {
            names.Clear();
            if (refused.Failure == ClusterFailure.Forbidden)
                hidden.Add((type.GroupResource, ns));
        }
        return names;

        void Receive(in ListedItem item) =>
            names[Encoding.UTF8.GetString(item.Name)] = new(
                Encoding.UTF8.GetString(item.Uid),
                Encoding.UTF8.GetString(item.ResourceVersion)
            );
    }
}

/// <param name="Terminating">It is being deleted; known of namespaces only.</param>
internal sealed record LiveName(string Uid, string Revision, bool Terminating = false);
