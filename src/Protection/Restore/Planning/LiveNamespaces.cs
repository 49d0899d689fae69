using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Listing;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>The target's namespaces; one that is being deleted counts as gone, with all that is in it.</summary>
internal sealed class LiveNamespaces
{
    private static readonly ResourceType Type = new("", "v1", "namespaces", "Namespace", Namespaced: false);
    private readonly Dictionary<string, bool> terminating = new(StringComparer.Ordinal);

    public static async Task<LiveNamespaces> ReadAsync(RestoreTarget target, TargetTypes types, CancellationToken cancellation)
    {
        var namespaces = new LiveNamespaces();
        if (types.OfType(Type) is not { } resource)
            return namespaces;
        await foreach (var _ in target.List(new(resource, null) { MetadataOnly = true }, namespaces.Receive, cancellation))
        {
        }
        return namespaces;
    }

    public bool Has(string ns) => terminating.TryGetValue(ns, out var ending) && !ending;

    public bool IsTerminating(string ns) => terminating.GetValueOrDefault(ns);

    private void Receive(in ListedItem item) => terminating[Encoding.UTF8.GetString(item.Name)] = item.Json.IndexOf("\"deletionTimestamp\""u8) >= 0;
}
