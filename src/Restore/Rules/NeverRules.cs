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
        "clusterroles.rbac.authorization.k8s.io",
        "clusterrolebindings.rbac.authorization.k8s.io",
        "roles.rbac.authorization.k8s.io",
        "rolebindings.rbac.authorization.k8s.io",
    ];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Always("never-nodes", "a node registers itself; its object describes the source's infrastructure", "nodes"),
        Always("never-events", "events report what has happened", "events", "events.events.k8s.io"),
        Always(
            "never-node-storage",
            "storage drivers report it for the nodes that run now",
            "csinodes.storage.k8s.io",
            "volumeattachments.storage.k8s.io",
            "csistoragecapacities.storage.k8s.io"
        ),
        Always(
            "never-addresses",
            "the address is held by its Service, which can't be created while another object holds it",
            "ipaddresses.networking.k8s.io"
        ),
        Always(
            "never-signing-requests",
            "a signing request is answered once, for a key that only its requester has",
            "certificatesigningrequests.certificates.k8s.io",
            "podcertificaterequests.certificates.k8s.io"
        ),
        Always("never-resource-slices", "device drivers publish it for the nodes that run now", "resourceslices.resource.k8s.io"),
        Always(
            "never-server-bookkeeping",
            "API servers keep it about themselves",
            "storageversions.internal.apiserver.k8s.io",
            "leasecandidates.coordination.k8s.io"
        ),
        Rule.Skip(
            "never-builtin-trust-bundles",
            ["clustertrustbundles.certificates.k8s.io"],
            "Kubernetes' own signers publish the target's certificates there",
            s => s.Spec.Text("signerName")?.StartsWith("kubernetes.io/", StringComparison.Ordinal) == true
        ),
        Rule.Skip("never-leases", ["leases.coordination.k8s.io"], "its holder renews it: a node's heartbeat or a leader election", IsHeld),
        Rule.Skip(
            "never-leader-locks",
            ["endpoints", "configmaps"],
            "it is the lock of a leader election",
            s => s.Annotation(LeaderAnnotation) is not null
        ),
        Rule.Skip(
            "never-automanaged-apiservices",
            ["apiservices.apiregistration.k8s.io"],
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
                + "into a server "
                + "of the same version",
            s => IsBuiltInRbac(s) && !IsEdited(s) && !s.Context.IsNamed(s.Name) && !(s.Request.SystemNamespaces && IsOfSameVersion(s))
        ),
        Rule.Skip(
            EditedRbac,
            [.. Rbac],
            "it is built in and was edited (autoupdate off, or somebody else's hand in it); restore it by name or with --system-namespaces",
            s => IsBuiltInRbac(s) && IsEdited(s) && !s.Context.IsNamed(s.Name) && !s.Request.SystemNamespaces
        ),
        Rule.Skip(
            "never-root-ca",
            ["configmaps"],
            "the controller manager puts the cluster's own CA into every namespace",
            s => s.Name == "kube-root-ca.crt"
        ),
        Rule.Skip(
            "never-kubernetes-service",
            ["services", "endpoints", "endpointslices.discovery.k8s.io"],
            "the API server publishes itself under this name",
            s => s.Name == "kubernetes" && s.Namespace == "default"
        ),
        Rule.Skip(
            "never-default-servicecidr",
            ["servicecidrs.networking.k8s.io"],
            "the API server makes it from its own flags",
            s => s.Name == "kubernetes"
        ),
        Rule.Skip(
            "never-builtin-flow-control",
            ["flowschemas.flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations.flowcontrol.apiserver.k8s.io"],
            "the API server keeps it up to date itself",
            s => s.Annotation("apf.kubernetes.io/autoupdate-spec") == "true"
        ),
        Rule.Skip(
            "never-system-priorities",
            ["priorityclasses.scheduling.k8s.io"],
            "the API server makes the system-* priority classes itself",
            s => s.Name.StartsWith("system-", StringComparison.Ordinal)
        ),
    ];

    private static bool IsBuiltInRbac(RuleSubject subject) => subject.Label("kubernetes.io/bootstrapping") == "rbac-defaults";

    /// <summary>The API server adds to them what it misses, and never takes away what somebody has added.</summary>
    private static bool IsEdited(RuleSubject subject) =>
        subject.Annotation("rbac.authorization.kubernetes.io/autoupdate") == "false" || subject.HasOtherHands();

    private static bool IsOfSameVersion(RuleSubject subject) => subject.Context.PointVersion == subject.Context.TargetVersion;

    private static Rule Always(string id, string reason, params ImmutableArray<string> types) => Rule.Skip(id, types, reason, _ => true);

    private static bool IsHeld(RuleSubject subject) =>
        subject.Namespace == "kube-node-lease"
        || !string.IsNullOrEmpty(subject.Spec.Text("holderIdentity"))
        || subject.Spec?.ContainsKey("renewTime") == true;

    private static bool IsSystemNamespace(RuleSubject subject) =>
        SystemNamespace(subject.Namespace) || (subject.Type == "namespaces" && SystemNamespace(subject.Name));

    private static bool SystemNamespace(string? name) => name is "kube-system" or "kube-public" or "kube-node-lease";
}
