using System.Collections.Immutable;

namespace Holdfast.Manifests.Converting;

/// <summary>
/// Kinds without a successor. Source: https://kubernetes.io/docs/reference/using-api/deprecation-guide/ and the changelogs of the releases
/// that dropped alpha kinds.
/// </summary>
internal static class RemovedKinds
{
    private const string Claims = "write it as a ResourceClaim of resource.k8s.io/v1, with requests for devices of a DeviceClass";
    private static readonly ImmutableArray<string> AlphaDevices = ["resource.k8s.io/v1alpha2", "resource.k8s.io/v1alpha3"];

    public static readonly ImmutableArray<RemovedKind> All =
    [
        new(
            "PodSecurityPolicy",
            ["policy/v1beta1", "extensions/v1beta1"],
            "use Pod Security admission (label the namespaces with pod-security.kubernetes.io/enforce) or a ValidatingAdmissionPolicy"
        ),
        new("PodPreset", ["settings.k8s.io/v1alpha1"], "use a MutatingAdmissionPolicy or a mutating webhook"),
        new("AuditSink", ["auditregistration.k8s.io/v1alpha1"], "use the API server's flag --audit-webhook-config-file"),
        new("InitializerConfiguration", ["admissionregistration.k8s.io/v1alpha1"], "use a mutating webhook"),
        new("ClusterCIDR", ["networking.k8s.io/v1alpha1"], "set the nodes' ranges where the nodes are made, or in the network plugin"),
        new("ResourceClass", AlphaDevices, "use a DeviceClass of resource.k8s.io/v1"),
        new("ResourceClaim", AlphaDevices, Claims),
        new("ResourceClaimTemplate", AlphaDevices, Claims),
        new("ResourceClaimParameters", AlphaDevices, Claims),
        new("ResourceClassParameters", AlphaDevices, "use a DeviceClass of resource.k8s.io/v1"),
        new("PodSchedulingContext", AlphaDevices, "nothing replaces it: the scheduler allocates claims itself"),
    ];
}
