using System.Collections.Immutable;

namespace Holdfast.Manifests;

/// <summary>
/// The API groups that Kubernetes itself brings, now or once. Others come from CRDs and aggregated APIs, <c>snapshot.storage.k8s.io</c>
/// and the like among them.
/// </summary>
public static class BuiltInGroups
{
    /// <summary>
    /// The groups that a capture expects to be absent where a policy or a request names no others: each is served by a component that many
    /// clusters don't run, and holds computed values only.
    /// </summary>
    public static readonly ImmutableArray<string> Metrics = ["metrics.k8s.io", "custom.metrics.k8s.io", "external.metrics.k8s.io"];

    private static readonly HashSet<string> Names = new(StringComparer.Ordinal)
    {
        "",
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "extensions",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "auditregistration.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "settings.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    };

    /// <param name="group">Empty for the core group.</param>
    public static bool Have(string group) => Names.Contains(group);
}
