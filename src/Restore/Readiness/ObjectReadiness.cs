using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Readiness;

/// <summary>Which built-in objects have a readiness, and whether they have reached it. Pure.</summary>
internal static class ObjectReadiness
{
    private static readonly Dictionary<string, Func<JsonObject, ReadyState>> Rules = new(StringComparer.Ordinal)
    {
        [KnownTypes.ApiServices] = OfApiService,
        [KnownTypes.DaemonSets] = WorkloadReadiness.OfDaemonSet,
        [KnownTypes.Deployments] = WorkloadReadiness.OfDeployment,
        [KnownTypes.Jobs] = WorkloadReadiness.OfJob,
        [KnownTypes.Pods] = WorkloadReadiness.OfPod,
        [KnownTypes.ReplicaSets] = WorkloadReadiness.OfReplicaSet,
        [KnownTypes.ReplicationControllers] = WorkloadReadiness.OfReplicaSet,
        [KnownTypes.Services] = OfService,
        [KnownTypes.StatefulSets] = WorkloadReadiness.OfStatefulSet,
    };

    /// <summary>Its Pods say why it isn't ready.</summary>
    public static bool HasPods(string groupResource) =>
        groupResource
            is KnownTypes.DaemonSets
                or KnownTypes.Deployments
                or KnownTypes.Jobs
                or KnownTypes.ReplicaSets
                or KnownTypes.ReplicationControllers
                or KnownTypes.StatefulSets;

    /// <summary>Of a built-in type; claims have rules of their own (<see cref="ClaimReadiness"/>).</summary>
    public static bool Has(string groupResource) => Rules.ContainsKey(groupResource);

    public static ReadyState Of(string groupResource, JsonObject live) =>
        IsControlled(live) ? ReadyState.NotAwaited : Rules[groupResource](live);

    /// <summary>Its owner is awaited instead.</summary>
    private static bool IsControlled(JsonObject live) => live.Object("metadata").Objects("ownerReferences").Any(o => o.Flag("controller"));

    private static ReadyState OfService(JsonObject live) =>
        live.Object("spec").Text("type") != "LoadBalancer" ? ReadyState.NotAwaited
        : live.Object("status").Object("loadBalancer").Objects("ingress").Any() ? ReadyState.Ready
        : ReadyState.Waiting("its load balancer has no address");

    private static ReadyState OfApiService(JsonObject live) =>
        Conditions.Find(live.Object("status"), "Available") switch
        {
            null => ReadyState.Waiting("its availability isn't known yet"),
            var available when available.Text("status") == "True" => ReadyState.Ready,
            var unavailable => ReadyState.Waiting(Conditions.Quote(unavailable)!),
        };
}
