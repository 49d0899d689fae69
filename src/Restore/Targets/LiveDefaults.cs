using System.Text;
using Holdfast.Clusters;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Targets;

/// <summary>The target's default classes. Each type is listed once, when first asked for.</summary>
internal sealed class LiveDefaults(RestoreTarget target)
{
    private readonly Dictionary<string, List<string>> known = new(StringComparer.Ordinal);

    /// <summary>Another class that is the default in the target; null: none, or the type can't be listed.</summary>
    public async Task<string?> BesideAsync(ApiResource type, string name, CancellationToken cancellation)
    {
        if (!known.TryGetValue(type.GroupResource, out var defaults))
            known[type.GroupResource] = defaults = await ListAsync(type, cancellation);
        return defaults.Find(d => d != name);
    }

    private async Task<List<string>> ListAsync(ApiResource type, CancellationToken cancellation)
    {
        var defaults = new List<string>();
        try
        {
            await foreach (var _ in target.List(new(type, null), Receive, cancellation)) { }
        }
        catch (ClusterException hidden) when (hidden.Failure is ClusterFailure.Forbidden or ClusterFailure.NotFound)
        {
            defaults.Clear();
        }
        return defaults;

        void Receive(in ListedItem item)
        {
            if (ClassRules.IsDefault(type.GroupResource, ManifestJson.Parse(item.Json)))
                defaults.Add(Encoding.UTF8.GetString(item.Name));
        }
    }
}
