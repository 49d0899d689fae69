using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>In which stage of a restore a type comes, and where within it: what others refer to comes before them.</summary>
public static class RestoreStages
{
    private static readonly Dictionary<string, (RestoreStage Stage, int Rank)> Known = Number(
        (RestoreStage.CustomResourceDefinitions, [KnownTypes.CustomResourceDefinitions]),
        (RestoreStage.Namespaces, [KnownTypes.Namespaces]),
        (
            RestoreStage.Classes,
            [
                KnownTypes.PriorityClasses,
                KnownTypes.StorageClasses,
                KnownTypes.CsiDrivers,
                KnownTypes.VolumeAttributesClasses,
                KnownTypes.VolumeSnapshotClasses,
                KnownTypes.VolumeGroupSnapshotClasses,
                KnownTypes.RuntimeClasses,
                KnownTypes.IngressClasses,
                KnownTypes.DeviceClasses,
                KnownTypes.PodSecurityPolicies,
                KnownTypes.PriorityLevelConfigurations,
                KnownTypes.FlowSchemas,
            ]
        ),
        (RestoreStage.ClusterRbac, [KnownTypes.ClusterRoles, KnownTypes.ClusterRoleBindings]),
        (
            RestoreStage.Volumes,
            [KnownTypes.PersistentVolumes, KnownTypes.VolumeSnapshotContents, KnownTypes.VolumeSnapshots, KnownTypes.PersistentVolumeClaims]
        ),
        (RestoreStage.ServiceAccounts, [KnownTypes.ServiceAccounts]),
        (
            RestoreStage.Configuration,
            [KnownTypes.Secrets, KnownTypes.ConfigMaps, KnownTypes.LimitRanges, KnownTypes.Roles, KnownTypes.RoleBindings]
        ),
        (
            RestoreStage.Services,
            [KnownTypes.Services, KnownTypes.Endpoints, KnownTypes.EndpointSlices, KnownTypes.Ingresses, KnownTypes.IngressesOfExtensions]
        ),
        (
            RestoreStage.Workloads,
            [
                KnownTypes.Deployments,
                KnownTypes.StatefulSets,
                KnownTypes.DaemonSets,
                KnownTypes.CronJobs,
                KnownTypes.ReplicationControllers,
                KnownTypes.ReplicaSets,
                KnownTypes.Jobs,
                KnownTypes.Pods,
            ]
        ),
        (RestoreStage.Scaling, [KnownTypes.HorizontalPodAutoscalers, KnownTypes.PodDisruptionBudgets, KnownTypes.ResourceQuotas]),
        (RestoreStage.ApiServices, [KnownTypes.ApiServices]),
        (
            RestoreStage.Admission,
            [
                KnownTypes.ValidatingAdmissionPolicies,
                KnownTypes.ValidatingAdmissionPolicyBindings,
                KnownTypes.MutatingAdmissionPolicies,
                KnownTypes.MutatingAdmissionPolicyBindings,
                KnownTypes.ValidatingWebhookConfigurations,
                KnownTypes.MutatingWebhookConfigurations,
            ]
        )
    );

    /// <param name="groupResource">
    /// As <see cref="ResourceType.GroupResource"/>. What no list names, custom resources before all, comes in
    /// <see cref="RestoreStage.CustomResources"/>.
    /// </param>
    public static RestoreStage Of(string groupResource) =>
        Known.TryGetValue(groupResource, out var place) ? place.Stage : RestoreStage.CustomResources;

    /// <summary>
    /// When an object of the type is deleted: before all writes, what would judge or undo them, or holds a port, an address or a host that
    /// they need; else after them.
    /// </summary>
    public static RestoreStage OfDeletion(string groupResource) =>
        Of(groupResource) is RestoreStage.Admission or RestoreStage.Scaling or RestoreStage.Services
        || groupResource == KnownTypes.LimitRanges
            ? RestoreStage.EarlyDeletions
            : RestoreStage.Deletions;

    /// <summary>The stage before the type's own.</summary>
    public static RestoreStage Before(string groupResource) => Of(groupResource) - 1;

    /// <summary>The type's place within its stage; types of equal rank go by name.</summary>
    public static int Rank(string groupResource) => Known.TryGetValue(groupResource, out var place) ? place.Rank : 0;

    private static Dictionary<string, (RestoreStage, int)> Number(params (RestoreStage Stage, string[] Types)[] stages)
    {
        var places = new Dictionary<string, (RestoreStage, int)>(StringComparer.Ordinal);
        foreach (var (stage, types) in stages)
            for (var i = 0; i < types.Length; i++)
                places.Add(types[i], (stage, i));
        return places;
    }
}
