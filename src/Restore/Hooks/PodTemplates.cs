using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Hooks;

/// <summary>Pods, and what makes Pods once: not CronJobs, whose Pods come at other times. Pure.</summary>
internal static class PodTemplates
{
    /// <summary>What its Pods look like: the Pod itself, or the template. Null: it is neither a Pod nor makes any.</summary>
    public static JsonObject? Of(string groupResource, JsonObject manifest) =>
        groupResource switch
        {
            KnownTypes.Pods => manifest,
            KnownTypes.Deployments
            or KnownTypes.StatefulSets
            or KnownTypes.DaemonSets
            or KnownTypes.ReplicaSets
            or KnownTypes.ReplicationControllers
            or KnownTypes.Jobs => manifest.Object("spec").Object("template"),
            _ => null,
        };

    /// <summary>Its template can be changed later, so that an init container can be taken out again.</summary>
    public static bool CanChange(string groupResource) => groupResource is not (KnownTypes.Pods or KnownTypes.Jobs);
}
