using System.Text;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.Manifests;

namespace Holdfast.Restore.Targets;

/// <summary>What has to be known of a cluster that was just made, before anything is restored into it. Only reads.</summary>
public static class NewTarget
{
    /// <summary>A cluster with any of these outside of its own namespaces is in use.</summary>
    private static readonly ApiResource[] OfUsers =
    [
        new("", "v1", KnownTypes.Pods, "Pod", true, []),
        new("", "v1", KnownTypes.PersistentVolumeClaims, "PersistentVolumeClaim", true, []),
        new("apps", "v1", "deployments", "Deployment", true, []),
        new("apps", "v1", "statefulsets", "StatefulSet", true, []),
    ];

    private static readonly ApiResource Nodes = new("", "v1", KnownTypes.Nodes, "Node", false, []);
    private static readonly ApiResource Namespaces = new("", "v1", KnownTypes.Namespaces, "Namespace", false, []);

    /// <returns>How many nodes take pods: those whose condition <c>Ready</c> is true.</returns>
    /// <exception cref="ClusterException">The cluster can't be read.</exception>
    public static async Task<int> CountReadyNodesAsync(ClusterConnection target, CancellationToken cancellation)
    {
        var ready = 0;
        await FreshList.ReadAsync(
            new(target),
            new(Nodes, null),
            () => ready = 0,
            (in ListedItem item) =>
            {
                if (!item.IsTooLarge && !item.IsTooDeep && IsReady(item.Json))
                    ready++;
            },
            cancellation
        );
        return ready;
    }

    /// <returns>An object that is there already (<c>pods web in shop</c>); null: the cluster is empty.</returns>
    /// <exception cref="ClusterException">The cluster can't be read.</exception>
    public static async Task<string?> FindOccupantAsync(ClusterConnection target, CancellationToken cancellation)
    {
        var own = await OwnNamespacesAsync(target, cancellation);
        foreach (var type in OfUsers)
        {
            string? found = null;
            await FreshList.ReadAsync(
                new(target),
                new(type, null) { MetadataOnly = true },
                () => found = null,
                (in ListedItem item) =>
                {
                    var ns = Encoding.UTF8.GetString(item.Namespace);
                    if (!own.Contains(ns))
                        found ??= $"{type} {Encoding.UTF8.GetString(item.Name)} in {ns}";
                },
                cancellation
            );
            if (found is not null)
                return found;
        }
        return null;
    }

    /// <summary>Those that the distribution brings along: of AKS they carry a label.</summary>
    private static async Task<HashSet<string>> OwnNamespacesAsync(ClusterConnection target, CancellationToken cancellation)
    {
        var own = new HashSet<string>();
        await FreshList.ReadAsync(
            new(target),
            new(Namespaces, null) { MetadataOnly = true },
            own.Clear,
            (in ListedItem item) =>
            {
                var name = Encoding.UTF8.GetString(item.Name);
                if (
                    name.StartsWith("kube-", StringComparison.Ordinal)
                    || item.TryGetLabel("kubernetes.azure.com/managedby"u8, out _)
                    || item.TryGetLabel("addonmanager.kubernetes.io/mode"u8, out _)
                )
                    own.Add(name);
            },
            cancellation
        );
        return own;
    }

    private static bool IsReady(ReadOnlySpan<byte> node) =>
        ManifestJson.Parse(node).Object("status").Objects("conditions").Any(c => c.Text("type") == "Ready" && c.Text("status") == "True");
}
