using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using static Holdfast.Restore.Mapping.NamespaceReference;

namespace Holdfast.Restore.Mapping;

/// <summary>Where objects name namespaces, by what for: built-in types, and the custom ones whose fields are well known.</summary>
/// <remarks>
/// Sources: the API reference of Kubernetes (https://kubernetes.io/docs/reference/kubernetes-api/), of the Gateway API
/// (https://gateway-api.sigs.k8s.io/reference/spec/), of the Prometheus operator
/// (https://prometheus-operator.dev/docs/api-reference/api/) and of csi-provisioner's Secrets
/// (https://kubernetes-csi.github.io/docs/secrets-and-credentials-storage-class.html).
/// </remarks>
internal static class NamespaceReferences
{
    private const string AnyAnnotated = "*";

    public static readonly ReferenceGroup Subjects = new([
        ([KnownTypes.RoleBindings, KnownTypes.ClusterRoleBindings], [At("/subjects", ReferenceForm.Subjects)]),
        ([KnownTypes.FlowSchemas], [At("/spec/rules/*/subjects", ReferenceForm.Subjects)]),
        ([KnownTypes.FlowSchemas], [At("/spec/rules/*/resourceRules/*/namespaces", ReferenceForm.Names)]),
    ]);

    public static readonly ReferenceGroup Services = new([
        (
            [KnownTypes.ValidatingWebhookConfigurations, KnownTypes.MutatingWebhookConfigurations],
            [At("/webhooks/*/clientConfig/service/namespace")]
        ),
        ([KnownTypes.ApiServices], [At("/spec/service/namespace")]),
        ([KnownTypes.CustomResourceDefinitions], [At("/spec/conversion/webhook/clientConfig/service/namespace")]),
        ([KnownTypes.Services], [At("/spec/externalName", ReferenceForm.Host)]),
    ]);

    public static readonly ReferenceGroup Storage = new([
        (
            [KnownTypes.PersistentVolumes],
            [
                At("/spec/claimRef/namespace"),
                At("/spec/csi/controllerExpandSecretRef/namespace"),
                At("/spec/csi/controllerPublishSecretRef/namespace"),
                At("/spec/csi/nodeExpandSecretRef/namespace"),
                At("/spec/csi/nodePublishSecretRef/namespace"),
                At("/spec/csi/nodeStageSecretRef/namespace"),
                At("/spec/azureFile/secretNamespace"),
                At("/spec/cephfs/secretRef/namespace"),
                At("/spec/flexVolume/secretRef/namespace"),
                At("/spec/iscsi/secretRef/namespace"),
                At("/spec/rbd/secretRef/namespace"),
                At("/spec/scaleIO/secretRef/namespace"),
            ]
        ),
        ([KnownTypes.PersistentVolumeClaims], [At("/spec/dataSourceRef/namespace")]),
        ([KnownTypes.VolumeSnapshotContents], [At("/spec/volumeSnapshotRef/namespace")]),
        ([KnownTypes.StorageClasses, KnownTypes.VolumeSnapshotClasses], [At("/parameters", ReferenceForm.Parameters)]),
    ]);

    public static readonly ReferenceGroup Selectors = new([
        (
            [KnownTypes.NetworkPolicies],
            [
                At("/spec/ingress/*/from/*/namespaceSelector", ReferenceForm.Selector),
                At("/spec/egress/*/to/*/namespaceSelector", ReferenceForm.Selector),
            ]
        ),
        (
            [KnownTypes.ValidatingWebhookConfigurations, KnownTypes.MutatingWebhookConfigurations],
            [At("/webhooks/*/namespaceSelector", ReferenceForm.Selector)]
        ),
        (
            [KnownTypes.ValidatingAdmissionPolicies, KnownTypes.MutatingAdmissionPolicies],
            [At("/spec/matchConstraints/namespaceSelector", ReferenceForm.Selector)]
        ),
        (
            [KnownTypes.ValidatingAdmissionPolicyBindings, KnownTypes.MutatingAdmissionPolicyBindings],
            [At("/spec/matchResources/namespaceSelector", ReferenceForm.Selector)]
        ),
        ([KnownTypes.ServiceMonitors, KnownTypes.PodMonitors], [At("/spec/namespaceSelector/matchNames", ReferenceForm.Names)]),
        .. PodAffinity.Fields,
    ]);

    public static readonly ReferenceGroup Routes = new([
        (
            [KnownTypes.Gateways],
            [
                At("/spec/listeners/*/tls/certificateRefs/*/namespace"),
                At("/spec/listeners/*/tls/frontendValidation/caCertificateRefs/*/namespace"),
                At("/spec/listeners/*/allowedRoutes/namespaces/selector", ReferenceForm.Selector),
            ]
        ),
        (
            [KnownTypes.HttpRoutes, KnownTypes.GrpcRoutes, KnownTypes.TlsRoutes, KnownTypes.TcpRoutes, KnownTypes.UdpRoutes],
            [
                At("/spec/parentRefs/*/namespace"),
                At("/spec/rules/*/backendRefs/*/namespace"),
                At("/spec/rules/*/filters/*/requestMirror/backendRef/namespace"),
                At("/spec/rules/*/backendRefs/*/filters/*/requestMirror/backendRef/namespace"),
            ]
        ),
        ([KnownTypes.ReferenceGrants], [At("/spec/from/*/namespace")]),
        ([KnownTypes.GatewayClasses], [At("/spec/parametersRef/namespace")]),
        ([KnownTypes.IngressClasses], [At("/spec/parameters/namespace")]),
    ]);

    public static readonly ReferenceGroup Objects = new([
        ([KnownTypes.ValidatingAdmissionPolicyBindings, KnownTypes.MutatingAdmissionPolicyBindings], [At("/spec/paramRef/namespace")]),
        ([KnownTypes.Endpoints], [At("/subsets/*/addresses/*/targetRef/namespace")]),
        ([KnownTypes.Endpoints], [At("/subsets/*/notReadyAddresses/*/targetRef/namespace")]),
        ([KnownTypes.EndpointSlices], [At("/endpoints/*/targetRef/namespace")]),
    ]);

    /// <summary>
    /// Of every type. Sources: https://cert-manager.io/docs/reference/annotations/,
    /// https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/,
    /// https://helm.sh/docs/intro/using_helm/
    /// </summary>
    public static readonly ReferenceGroup Annotations = new([
        (
            [AnyAnnotated],
            [
                Annotation("meta.helm.sh/release-namespace", ReferenceForm.Name),
                Annotation("cert-manager.io/inject-ca-from", ReferenceForm.Qualified),
                Annotation("cert-manager.io/inject-ca-from-secret", ReferenceForm.Qualified),
                Annotation("nginx.ingress.kubernetes.io/auth-secret", ReferenceForm.Qualified),
                Annotation("nginx.ingress.kubernetes.io/auth-tls-secret", ReferenceForm.Qualified),
                Annotation("nginx.ingress.kubernetes.io/auth-proxy-set-headers", ReferenceForm.Qualified),
                Annotation("nginx.ingress.kubernetes.io/proxy-ssl-secret", ReferenceForm.Qualified),
            ]
        ),
    ]);

    private static readonly ReferenceGroup[] All = [Subjects, Services, Storage, Selectors, Routes, Objects, Annotations];

    /// <summary>The manifest names one of the captured namespaces where it is known.</summary>
    public static bool Refers(ImmutableSortedDictionary<string, string> map, string groupResource, JsonObject manifest)
    {
        var copy = (JsonObject)manifest.DeepClone();
        return All.Any(group => group.Map(map, groupResource, copy));
    }
}

/// <summary>References for one purpose, by the types that have them.</summary>
internal sealed class ReferenceGroup
{
    private readonly Dictionary<string, List<NamespaceReference>> byType = new(StringComparer.Ordinal);

    public ReferenceGroup((string[] Types, NamespaceReference[] References)[] fields)
    {
        foreach (var (types, references) in fields)
        foreach (var type in types)
        {
            if (!byType.TryGetValue(type, out var list))
                byType[type] = list = [];
            list.AddRange(references);
        }
        Types = [.. byType.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>Group-resources; <c>*</c> for every object.</summary>
    public ImmutableArray<string> Types { get; }

    /// <summary>Changes each reference to a captured namespace to the one that stands for it.</summary>
    /// <returns>There was one.</returns>
    public bool Map(ImmutableSortedDictionary<string, string>? map, string groupResource, JsonObject manifest)
    {
        if (map is null || (byType.GetValueOrDefault(groupResource) ?? byType.GetValueOrDefault("*")) is not { } references)
            return false;
        var changed = false;
        foreach (var reference in references)
            changed |= reference.Map(map, manifest);
        return changed;
    }
}
