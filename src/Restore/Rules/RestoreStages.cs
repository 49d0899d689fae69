using Holdfast.Archive.Format;

namespace Holdfast.Restore.Rules;

/// <summary>In which stage of a restore a type comes, and where within it: what others refer to comes before them.</summary>
public static class RestoreStages
{
    private static readonly Dictionary<string, (RestoreStage Stage, int Rank)> Known = Number(
        (RestoreStage.CustomResourceDefinitions, ["customresourcedefinitions.apiextensions.k8s.io"]),
        (RestoreStage.Namespaces, ["namespaces"]),
        (
            RestoreStage.Classes,
            [
                "priorityclasses.scheduling.k8s.io",
                "storageclasses.storage.k8s.io",
                "csidrivers.storage.k8s.io",
                "volumeattributesclasses.storage.k8s.io",
                "volumesnapshotclasses.snapshot.storage.k8s.io",
                "volumegroupsnapshotclasses.groupsnapshot.storage.k8s.io",
                "runtimeclasses.node.k8s.io",
                "ingressclasses.networking.k8s.io",
                "deviceclasses.resource.k8s.io",
                "podsecuritypolicies.policy",
                "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io",
                "flowschemas.flowcontrol.apiserver.k8s.io",
            ]
        ),
        (RestoreStage.ClusterRbac, ["clusterroles.rbac.authorization.k8s.io", "clusterrolebindings.rbac.authorization.k8s.io"]),
        (
            RestoreStage.Volumes,
            [
                "persistentvolumes",
                "volumesnapshotcontents.snapshot.storage.k8s.io",
                "volumesnapshots.snapshot.storage.k8s.io",
                "persistentvolumeclaims",
            ]
        ),
        (RestoreStage.ServiceAccounts, ["serviceaccounts"]),
        (
            RestoreStage.Configuration,
            ["secrets", "configmaps", "limitranges", "roles.rbac.authorization.k8s.io", "rolebindings.rbac.authorization.k8s.io"]
        ),
        (
            RestoreStage.Services,
            ["services", "endpoints", "endpointslices.discovery.k8s.io", "ingresses.networking.k8s.io", "ingresses.extensions"]
        ),
        (
            RestoreStage.Workloads,
            [
                "deployments.apps",
                "statefulsets.apps",
                "daemonsets.apps",
                "cronjobs.batch",
                "replicationcontrollers",
                "replicasets.apps",
                "jobs.batch",
                "pods",
            ]
        ),
        (RestoreStage.Scaling, ["horizontalpodautoscalers.autoscaling", "poddisruptionbudgets.policy", "resourcequotas"]),
        (RestoreStage.ApiServices, ["apiservices.apiregistration.k8s.io"]),
        (
            RestoreStage.Admission,
            [
                "validatingadmissionpolicies.admissionregistration.k8s.io",
                "validatingadmissionpolicybindings.admissionregistration.k8s.io",
                "mutatingadmissionpolicies.admissionregistration.k8s.io",
                "mutatingadmissionpolicybindings.admissionregistration.k8s.io",
                "validatingwebhookconfigurations.admissionregistration.k8s.io",
                "mutatingwebhookconfigurations.admissionregistration.k8s.io",
            ]
        )
    );

    /// <param name="groupResource">
    /// As <see cref="ResourceType.GroupResource"/>. What no list names, custom resources before all, comes in
    /// <see cref="RestoreStage.CustomResources"/>.
    /// </param>
    public static RestoreStage Of(string groupResource) =>
        Known.TryGetValue(groupResource, out var place) ? place.Stage : RestoreStage.CustomResources;

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
