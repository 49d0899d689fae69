using Holdfast.Simulator.Storage;
using static Holdfast.Simulator.Types.Traits;
using Row = (
    string Group,
    string Version,
    string Resource,
    string Kind,
    bool Namespaced,
    Holdfast.Simulator.Types.Traits Traits,
    string ShortName
);

namespace Holdfast.Simulator.Types;

/// <summary>
/// The built-in types that are served, at the one version of each that current servers prefer, or that a release does.
/// </summary>
internal static class BuiltInTypes
{
    private const bool Cluster = false;
    private const bool Scoped = true;
    private const Traits Workload = Status | Generation;

    // Served by releases that list them.
    private static readonly Row[] OfReleases =
    [
        ("flowcontrol.apiserver.k8s.io", "v1", "flowschemas", "FlowSchema", Cluster, Workload, ""),
        ("flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations", "PriorityLevelConfiguration", Cluster, Workload, ""),
        ("policy", "v1beta1", "podsecuritypolicies", "PodSecurityPolicy", Cluster, None, "psp"),
        ("resource.k8s.io", "v1", "resourceclaims", "ResourceClaim", Scoped, Status, ""),
    ];

    private static readonly Row[] Rows =
    [
        ("", "v1", "namespaces", "Namespace", Cluster, Status, "ns"),
        ("", "v1", "nodes", "Node", Cluster, Status, "no"),
        ("", "v1", "persistentvolumes", "PersistentVolume", Cluster, Status, "pv"),
        ("", "v1", "configmaps", "ConfigMap", Scoped, None, "cm"),
        ("", "v1", "endpoints", "Endpoints", Scoped, None, "ep"),
        ("", "v1", "events", "Event", Scoped, None, "ev"),
        ("", "v1", "limitranges", "LimitRange", Scoped, None, "limits"),
        ("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", Scoped, Status, "pvc"),
        ("", "v1", "pods", "Pod", Scoped, Status, "po"),
        ("", "v1", "podtemplates", "PodTemplate", Scoped, Generation, ""),
        ("", "v1", "replicationcontrollers", "ReplicationController", Scoped, Workload, "rc"),
        ("", "v1", "resourcequotas", "ResourceQuota", Scoped, Status, "quota"),
        ("", "v1", "secrets", "Secret", Scoped, None, ""),
        ("", "v1", "serviceaccounts", "ServiceAccount", Scoped, None, "sa"),
        ("", "v1", "services", "Service", Scoped, Status, "svc"),
        ("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations", "MutatingWebhookConfiguration", Cluster, Generation, ""),
        ("admissionregistration.k8s.io", "v1", "validatingadmissionpolicies", "ValidatingAdmissionPolicy", Cluster, Workload, ""),
        (
            "admissionregistration.k8s.io",
            "v1",
            "validatingadmissionpolicybindings",
            "ValidatingAdmissionPolicyBinding",
            Cluster,
            Generation,
            ""
        ),
        (
            "admissionregistration.k8s.io",
            "v1",
            "validatingwebhookconfigurations",
            "ValidatingWebhookConfiguration",
            Cluster,
            Generation,
            ""
        ),
        (
            "apiextensions.k8s.io",
            "v1",
            "customresourcedefinitions",
            "CustomResourceDefinition",
            Cluster,
            Workload | VersionedUpdates,
            "crd"
        ),
        ("apiregistration.k8s.io", "v1", "apiservices", "APIService", Cluster, Status | VersionedUpdates, ""),
        ("apps", "v1", "controllerrevisions", "ControllerRevision", Scoped, None, ""),
        ("apps", "v1", "daemonsets", "DaemonSet", Scoped, Workload, "ds"),
        ("apps", "v1", "deployments", "Deployment", Scoped, Workload, "deploy"),
        ("apps", "v1", "replicasets", "ReplicaSet", Scoped, Workload, "rs"),
        ("apps", "v1", "statefulsets", "StatefulSet", Scoped, Workload, "sts"),
        ("authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", Cluster, Review, ""),
        ("autoscaling", "v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", Scoped, Status, "hpa"),
        ("batch", "v1", "cronjobs", "CronJob", Scoped, Workload, "cj"),
        ("batch", "v1", "jobs", "Job", Scoped, Workload, ""),
        ("coordination.k8s.io", "v1", "leases", "Lease", Scoped, VersionedUpdates, ""),
        ("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", Scoped, Generation, ""),
        ("events.k8s.io", "v1", "events", "Event", Scoped, None, "ev"),
        ("networking.k8s.io", "v1", "ingressclasses", "IngressClass", Cluster, Generation, ""),
        ("networking.k8s.io", "v1", "ingresses", "Ingress", Scoped, Workload, "ing"),
        ("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", Scoped, Generation, "netpol"),
        ("policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget", Scoped, Workload, "pdb"),
        ("rbac.authorization.k8s.io", "v1", "clusterrolebindings", "ClusterRoleBinding", Cluster, None, ""),
        ("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", Cluster, None, ""),
        ("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding", Scoped, None, ""),
        ("rbac.authorization.k8s.io", "v1", "roles", "Role", Scoped, None, ""),
        ("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", Cluster, Generation, "pc"),
        ("storage.k8s.io", "v1", "csidrivers", "CSIDriver", Cluster, None, ""),
        ("storage.k8s.io", "v1", "csinodes", "CSINode", Cluster, None, ""),
        ("storage.k8s.io", "v1", "storageclasses", "StorageClass", Cluster, None, "sc"),
        ("storage.k8s.io", "v1", "volumeattachments", "VolumeAttachment", Cluster, Status, ""),
    ];

    /// <param name="release">Null: current types.</param>
    public static IEnumerable<ServedType> All(ObjectStore store, SimulatedRelease? release)
    {
        foreach (var row in In(release))
        {
            // Events are one stored type in two groups.
            var stored = row.Kind == "Event" ? ("", "v1", "events") : (row.Group, row.Version, row.Resource);
            yield return new ServedType
            {
                Group = row.Group,
                Version = row.Version,
                Resource = row.Resource,
                Kind = row.Kind,
                Namespaced = row.Namespaced,
                Traits = row.Traits,
                Singular = row.Kind.ToLowerInvariant(),
                ShortNames = row.ShortName.Length == 0 ? [] : [row.ShortName],
                Names = NamesOf(row.Group, row.Resource),
                StorageIdentity = $"{stored.Item1}/{stored.Item2}/{row.Kind}",
                Table = store.Table(stored.Item1.Length == 0 ? stored.Item3 : $"{stored.Item3}.{stored.Item1}"),
            };
        }
    }

    private static IEnumerable<Row> In(SimulatedRelease? release)
    {
        if (release is null)
            return Rows;
        return Rows.Concat(OfReleases.Where(r => release.Versions.ContainsKey(Key(r))))
            .Select(r => release.Versions.TryGetValue(Key(r), out var version) ? r with { Version = version ?? "" } : r)
            .Where(r => r.Version.Length > 0);
    }

    private static string Key(Row row) => row.Group.Length == 0 ? row.Resource : $"{row.Resource}.{row.Group}";

    private static NameRule NamesOf(string group, string resource) =>
        (group, resource) switch
        {
            ("", "namespaces") => NameRule.Label,
            ("", "services") => NameRule.Service,
            ("rbac.authorization.k8s.io", _) => NameRule.PathSegment,
            _ => NameRule.Subdomain,
        };
}
