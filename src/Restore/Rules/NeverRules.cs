using System.Collections.Immutable;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>What the API server or the infrastructure makes itself, so that bringing it back does harm or nothing.</summary>
internal static class NeverRules
{
    public const string SystemNamespaces = "never-system-namespaces";
    public const string EditedRbac = "never-edited-rbac";

    private const string LeaderAnnotation = "control-plane.alpha.kubernetes.io/leader";

    private static readonly string[] Rbac =
    [
        KnownTypes.ClusterRoles,
        KnownTypes.ClusterRoleBindings,
        KnownTypes.Roles,
        KnownTypes.RoleBindings,
    ];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Always("never-nodes", "a node registers itself; its object describes the source's infrastructure", KnownTypes.Nodes),
        Always("never-events", "events report what has happened", KnownTypes.Events, KnownTypes.EventsOfEventsGroup),
        Always(
            "never-node-storage",
            "storage drivers report it for the nodes that run now",
            KnownTypes.CsiNodes,
            KnownTypes.VolumeAttachments,
            KnownTypes.CsiStorageCapacities
        ),
        Always(
            "never-addresses",
            "the address is held by its Service, which can't be created while another object holds it",
            KnownTypes.IpAddresses
        ),
        Always(
            "never-signing-requests",
            "a signing request is answered once, for a key that only its requester has",
            KnownTypes.CertificateSigningRequests,
            KnownTypes.PodCertificateRequests
        ),
        Always("never-resource-slices", "device drivers publish it for the nodes that run now", KnownTypes.ResourceSlices),
        Always("never-server-bookkeeping", "API servers keep it about themselves", KnownTypes.StorageVersions, KnownTypes.LeaseCandidates),
        Rule.Skip(
            "never-builtin-trust-bundles",
            [KnownTypes.ClusterTrustBundles],
            "Kubernetes' own signers publish the target's certificates there",
            s => s.Spec.Text("signerName")?.StartsWith("kubernetes.io/", StringComparison.Ordinal) == true
        ),
        Rule.Skip("never-leases", [KnownTypes.Leases], "its holder renews it: a node's heartbeat or a leader election", IsHeld),
        Rule.Skip(
            "never-leader-locks",
            [KnownTypes.Endpoints, KnownTypes.ConfigMaps],
            "it is the lock of a leader election",
            s => s.Annotation(LeaderAnnotation) is not null
        ),
        Rule.Skip(
            "never-automanaged-apiservices",
            [KnownTypes.ApiServices],
            "the API server registers it itself",
            s => s.Label("kube-aggregator.kubernetes.io/automanaged") is not null || s.Spec.Object("service") is null
        ),
        Rule.Skip(
            SystemNamespaces,
            ["*"],
            "it belongs to a system namespace; restore it with --system-namespaces",
            s => !s.Request.SystemNamespaces && IsSystemNamespace(s)
        ),
        Rule.Skip(
            "never-bootstrap-rbac",
            [.. Rbac],
            "the API server makes the built-in roles and bindings itself; they are restored by name, and with --system-namespaces "
                + "into a server of the same version",
            s => IsBuiltInRbac(s) && !IsEdited(s) && !s.Context.IsNamed(s.Name) && !(s.Request.SystemNamespaces && IsOfSameVersion(s))
        ),
        Rule.Skip(
            EditedRbac,
            [.. Rbac],
            "it is built in and was edited (autoupdate off, or fields of another manager in it); restore it by name or with "
                + "--system-namespaces",
            s => IsBuiltInRbac(s) && IsEdited(s) && !s.Context.IsNamed(s.Name) && !s.Request.SystemNamespaces
        ),
        Rule.Skip(
            "never-root-ca",
            [KnownTypes.ConfigMaps],
            "the controller manager puts the cluster's own CA into every namespace",
            s => s.Name == "kube-root-ca.crt"
        ),
        Rule.Skip(
            "never-kubernetes-service",
            [KnownTypes.Services, KnownTypes.Endpoints, KnownTypes.EndpointSlices],
            "the API server publishes itself under this name",
            s => s.Name == "kubernetes" && s.Namespace == "default"
        ),
        Rule.Skip(
            "never-default-servicecidr",
            [KnownTypes.ServiceCidrs],
            "the API server makes it from its own flags",
            s => s.Name == "kubernetes"
        ),
        Rule.Skip(
            "never-builtin-flow-control",
            [KnownTypes.FlowSchemas, KnownTypes.PriorityLevelConfigurations],
            "the API server keeps it up to date itself",
            s => s.Annotation("apf.kubernetes.io/autoupdate-spec") == "true"
        ),
        Rule.Skip(
            "never-system-priorities",
            [KnownTypes.PriorityClasses],
            "the API server makes the system-* priority classes itself",
            s => s.Name.StartsWith("system-", StringComparison.Ordinal)
        ),
    ];

    private static bool IsBuiltInRbac(RuleSubject subject) => subject.Label("kubernetes.io/bootstrapping") == "rbac-defaults";

    /// <summary>The API server adds to them what it misses, and never takes away what was added.</summary>
    private static bool IsEdited(RuleSubject subject) =>
        subject.Annotation("rbac.authorization.kubernetes.io/autoupdate") == "false" || subject.HasOtherHands();

    private static bool IsOfSameVersion(RuleSubject subject) => subject.Context.PointVersion == subject.Context.TargetVersion;

    private static Rule Always(string id, string reason, params ImmutableArray<string> types) => Rule.Skip(id, types, reason, _ => true);

    private static bool IsHeld(RuleSubject subject) =>
        subject.Namespace == "kube-node-lease"
        || !string.IsNullOrEmpty(subject.Spec.Text("holderIdentity"))
        || subject.Spec?.ContainsKey("renewTime") == true;

    private static bool IsSystemNamespace(RuleSubject subject) =>
        IsSystemNamespace(subject.Namespace) || (subject.Type == KnownTypes.Namespaces && IsSystemNamespace(subject.Name));

    public static bool IsSystemNamespace(string? name) => name is "kube-system" or "kube-public" or "kube-node-lease";
}
