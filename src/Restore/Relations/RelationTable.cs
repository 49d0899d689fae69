using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;
using static Holdfast.Restore.Relations.ReferenceFields;

namespace Holdfast.Restore.Relations;

/// <summary>
/// How Kubernetes objects refer to each other, a row for each way: what an application consists of, what comes from cluster scope, and what
/// is missing are read from it (docs/restore.md, "Applications").
/// </summary>
/// <remarks>
/// Sources: the API reference of Kubernetes (https://kubernetes.io/docs/reference/kubernetes-api/), of the Gateway API
/// (https://gateway-api.sigs.k8s.io/reference/spec/), of the Prometheus operator
/// (https://prometheus-operator.dev/docs/api-reference/api/), of KEDA (https://keda.sh/docs/latest/reference/), of cert-manager
/// (https://cert-manager.io/docs/reference/api-docs/), of External Secrets (https://external-secrets.io/latest/api/spec/) and of the
/// Secrets Store CSI driver (https://secrets-store-csi-driver.sigs.k8s.io/concepts).
/// </remarks>
internal static class RelationTable
{
    public const string Any = "*";

    /// <summary>The id of the row of owner references.</summary>
    public const string Owner = "owner";

    private const string Uses = "{0} uses it";
    private const string GroupPrefix = "system:serviceaccounts:";
    private const string GatewayGroup = "gateway.networking.k8s.io";
    private static readonly string[] Containers = ["containers", "initContainers"];

    private static readonly ImmutableArray<string> Routes =
    [
        KnownTypes.HttpRoutes,
        KnownTypes.GrpcRoutes,
        KnownTypes.TlsRoutes,
        KnownTypes.TcpRoutes,
        KnownTypes.UdpRoutes,
    ];

    private static readonly ImmutableArray<string> Bindings = [KnownTypes.RoleBindings, KnownTypes.ClusterRoleBindings];

    public static readonly ImmutableArray<Relation> Rows =
    [
        new("namespace", [Any], "{0} is in it", null)
        {
            IsCheckedElsewhere = true,
            Names = s => s.Namespace is { } ns ? [new(new(KnownTypes.Namespaces, null, ns))] : [],
        },
        new("definition", [Any], "it defines {0}", null)
        {
            IsCheckedElsewhere = true,
            Names = s =>
                BuiltInGroups.Have(s.Type.Group) ? [] : [new(new(KnownTypes.CustomResourceDefinitions, null, s.Type.GroupResource))],
        },
        new(Owner, [Any], "it owns {0}", "{0} owns it")
        {
            IsCheckedElsewhere = true,
            Names = s => s.Metadata.Objects("ownerReferences").SelectMany(o => OfKind(s, o)),
        },
        new("pod-environment-configmap", [Any], "{0} reads it", null)
        {
            Names = PodNames(KnownTypes.ConfigMaps, InContainers("env/*/valueFrom/configMapKeyRef/name", "envFrom/*/configMapRef/name")),
        },
        new("pod-environment-secret", [Any], "{0} reads it", null)
        {
            Names = PodNames(KnownTypes.Secrets, InContainers("env/*/valueFrom/secretKeyRef/name", "envFrom/*/secretRef/name")),
        },
        new("pod-volume-configmap", [Any], "{0} mounts it", null)
        {
            Names = PodNames(KnownTypes.ConfigMaps, "/volumes/*/configMap/name", "/volumes/*/projected/sources/*/configMap/name"),
        },
        new("pod-volume-secret", [Any], "{0} mounts it", null)
        {
            Names = PodNames(
                KnownTypes.Secrets,
                "/volumes/*/secret/secretName",
                "/volumes/*/projected/sources/*/secret/name",
                "/volumes/*/csi/nodePublishSecretRef/name",
                "/volumes/*/azureFile/secretName",
                "/volumes/*/*/secretRef/name"
            ),
        },
        new("pod-volume-claim", [Any], "{0} mounts it", null)
        {
            Names = PodNames(KnownTypes.PersistentVolumeClaims, "/volumes/*/persistentVolumeClaim/claimName"),
        },
        new("pod-volume-provider-class", [Any], "{0} mounts what it provides", null)
        {
            Names = PodNames(KnownTypes.SecretProviderClasses, "/volumes/*/csi/volumeAttributes/secretProviderClass"),
        },
        new("pod-pull-secret", [Any], "{0} pulls images with it", null)
        {
            Names = PodNames(KnownTypes.Secrets, "/imagePullSecrets/*/name"),
        },
        new("pod-account", [Any], "{0} runs as it", null) { Names = Account },
        new("pod-priority", [Any], Uses, null) { Names = PodClusterNames(KnownTypes.PriorityClasses, "/priorityClassName") },
        new("pod-runtime", [Any], Uses, null) { Names = PodClusterNames(KnownTypes.RuntimeClasses, "/runtimeClassName") },
        new("pod-resource-claim", [Any], Uses, null) { Names = PodNames(KnownTypes.ResourceClaims, "/resourceClaims/*/resourceClaimName") },
        new("pod-resource-claim-template", [Any], Uses, null)
        {
            Names = PodNames(KnownTypes.ResourceClaimTemplates, "/resourceClaims/*/resourceClaimTemplateName"),
        },
        new("pod-ephemeral-class", [Any], Uses, null)
        {
            Names = PodClusterNames(KnownTypes.StorageClasses, "/volumes/*/ephemeral/volumeClaimTemplate/spec/storageClassName"),
        },
        new("claim-template", [KnownTypes.StatefulSets], "{0} made it of its claim template", null) { Matches = TemplateClaims },
        new("claim-template-class", [KnownTypes.StatefulSets], Uses, null)
        {
            Names = ClusterNames(KnownTypes.StorageClasses, "/spec/volumeClaimTemplates/*/spec/storageClassName"),
        },
        new("claim-template-attributes", [KnownTypes.StatefulSets], Uses, null)
        {
            Names = ClusterNames(KnownTypes.VolumeAttributesClasses, "/spec/volumeClaimTemplates/*/spec/volumeAttributesClassName"),
        },
        new("pod-names", [KnownTypes.StatefulSets], "{0} names its Pods by it", null)
        {
            Names = Names(KnownTypes.Services, "/spec/serviceName"),
        },
        new("storage-class", [KnownTypes.PersistentVolumeClaims, KnownTypes.PersistentVolumes], Uses, null)
        {
            Names = ClusterNames(KnownTypes.StorageClasses, "/spec/storageClassName"),
        },
        new("volume-attributes", [KnownTypes.PersistentVolumeClaims, KnownTypes.PersistentVolumes], Uses, null)
        {
            Names = ClusterNames(KnownTypes.VolumeAttributesClasses, "/spec/volumeAttributesClassName"),
        },
        new("bound-volume", [KnownTypes.PersistentVolumeClaims], "{0} is bound to it", null)
        {
            IsCheckedElsewhere = true,
            Names = ClusterNames(KnownTypes.PersistentVolumes, "/spec/volumeName"),
        },
        new("snapshot-class", [KnownTypes.VolumeSnapshots, KnownTypes.VolumeSnapshotContents], Uses, null)
        {
            Names = ClusterNames(KnownTypes.VolumeSnapshotClasses, "/spec/volumeSnapshotClassName"),
        },
        new("snapshot-content", [KnownTypes.VolumeSnapshots], "{0} is bound to it", null)
        {
            IsCheckedElsewhere = true,
            Names = SnapshotContent,
        },
        new("account-pull-secret", [KnownTypes.ServiceAccounts], "{0} pulls images with it", null)
        {
            Names = Names(KnownTypes.Secrets, "/imagePullSecrets/*/name"),
        },
        new("account-secret", [KnownTypes.ServiceAccounts], "{0} lists it", null)
        {
            Names = s => Names(KnownTypes.Secrets, "/secrets/*/name")(s).Select(r => r with { IsOptional = true }),
        },
        new("granted-role", Bindings, "{0} grants it", null) { Names = s => OfKind(s, s.Manifest.Object("roleRef") ?? []) },
        new("bound-account", Bindings, null, "it grants rights to {0}") { Names = BoundAccounts, Matches = BoundGroups },
        new("service-pods", [KnownTypes.Services], "{0} leads to its Pods", "it leads to the Pods of {0}")
        {
            IsRoute = true,
            Matches = s => Pods(s, LabelSelector.OfLabels(s.Spec.Object("selector"))),
        },
        new("service-endpoints", [KnownTypes.Endpoints], null, "it has the addresses of {0}")
        {
            Names = s => [new(new(KnownTypes.Services, s.Namespace, s.Name))],
        },
        new("service-slices", [KnownTypes.EndpointSlices], null, "it has the addresses of {0}")
        {
            Names = s =>
                s.Metadata.Object("labels").Text("kubernetes.io/service-name") is { Length: > 0 } name
                    ? [new(new(KnownTypes.Services, s.Namespace, name))]
                    : [],
        },
        new("ingress-backend", [KnownTypes.Ingresses, KnownTypes.IngressesOfExtensions], "{0} leads to it", "it leads to {0}")
        {
            IsRoute = true,
            Names = Names(
                KnownTypes.Services,
                "/spec/defaultBackend/service/name",
                "/spec/rules/*/http/paths/*/backend/service/name",
                "/spec/backend/serviceName",
                "/spec/rules/*/http/paths/*/backend/serviceName"
            ),
        },
        new("ingress-certificate", [KnownTypes.Ingresses, KnownTypes.IngressesOfExtensions], "{0} has its certificate in it", null)
        {
            Names = Names(KnownTypes.Secrets, "/spec/tls/*/secretName"),
        },
        new("ingress-class", [KnownTypes.Ingresses, KnownTypes.IngressesOfExtensions], Uses, null)
        {
            Names = ClusterNames(KnownTypes.IngressClasses, "/spec/ingressClassName"),
        },
        new("route-backend", Routes, "{0} leads to it", "it leads to {0}")
        {
            IsRoute = true,
            Names = Kinds("", "Service", "/spec/rules/*/backendRefs/*", "/spec/rules/*/filters/*/requestMirror/backendRef"),
        },
        new("route-parent", Routes, "{0} is attached to it", null) { Names = Kinds(GatewayGroup, "Gateway", "/spec/parentRefs/*") },
        new("gateway-certificate", [KnownTypes.Gateways], "{0} has its certificate in it", null)
        {
            Names = Kinds("", "Secret", "/spec/listeners/*/tls/certificateRefs/*"),
        },
        new("gateway-class", [KnownTypes.Gateways], Uses, null)
        {
            Names = ClusterNames(KnownTypes.GatewayClasses, "/spec/gatewayClassName"),
        },
        new("autoscaler-target", [KnownTypes.HorizontalPodAutoscalers], "{0} scales it", "it scales {0}")
        {
            IsRoute = true,
            Names = Kinds("", null, "/spec/scaleTargetRef"),
        },
        new("vertical-autoscaler-target", [KnownTypes.VerticalPodAutoscalers], "{0} scales it", "it scales {0}")
        {
            IsRoute = true,
            Names = Kinds("", null, "/spec/targetRef"),
        },
        new("scaled-object-target", [KnownTypes.ScaledObjects], "{0} scales it", "it scales {0}")
        {
            IsRoute = true,
            Names = Kinds("apps", "Deployment", "/spec/scaleTargetRef"),
        },
        new("trigger-authentication", [KnownTypes.ScaledObjects, KnownTypes.ScaledJobs], "{0} authenticates by it", null)
        {
            Names = Kinds("keda.sh", "TriggerAuthentication", "/spec/triggers/*/authenticationRef"),
        },
        new("trigger-secret", [KnownTypes.TriggerAuthentications], "{0} reads it", null)
        {
            Names = Names(KnownTypes.Secrets, "/spec/secretTargetRef/*/name"),
        },
        new("disruption-budget", [KnownTypes.PodDisruptionBudgets], null, "it limits disruptions of {0}")
        {
            Matches = Selecting(KnownTypes.Pods, "selector"),
        },
        new("network-policy", [KnownTypes.NetworkPolicies], null, "it applies to the Pods of {0}")
        {
            Matches = Selecting(KnownTypes.Pods, "podSelector"),
        },
        new("pod-monitor", [KnownTypes.PodMonitors], null, "it monitors {0}") { Matches = Selecting(KnownTypes.Pods, "selector") },
        new("service-monitor", [KnownTypes.ServiceMonitors], null, "it monitors {0}")
        {
            Matches = Selecting(KnownTypes.Services, "selector"),
        },
        new("certificate-secret", [KnownTypes.Certificates], null, "it renews {0}")
        {
            Names = Names(KnownTypes.Secrets, "/spec/secretName"),
        },
        new("certificate-issuer", [KnownTypes.Certificates], "it issues {0}", null)
        {
            Names = Kinds("cert-manager.io", "Issuer", "/spec/issuerRef"),
        },
        new("external-secret-target", [KnownTypes.ExternalSecrets], null, "it keeps {0} up to date")
        {
            Names = s => [new(new(KnownTypes.Secrets, s.Namespace, s.Spec.Object("target").Text("name") ?? s.Name))],
        },
        new("external-secret-store", [KnownTypes.ExternalSecrets], "{0} reads from it", null)
        {
            Names = Kinds("external-secrets.io", "SecretStore", "/spec/secretStoreRef"),
        },
    ];

    private static readonly ImmutableArray<Relation> OfAny = [.. Rows.Where(r => r.Types.Contains(Any))];

    private static readonly Dictionary<string, ImmutableArray<Relation>> ByType = Rows.SelectMany(r => r.Types)
        .Where(t => t != Any)
        .Distinct()
        .ToDictionary(t => t, t => Rows.Where(r => r.Types.Contains(t) || r.Types.Contains(Any)).ToImmutableArray());

    public static ImmutableArray<Relation> Of(ResourceType type) => ByType.GetValueOrDefault(type.GroupResource, OfAny);

    /// <summary>All that it refers to by name, with the row that says so.</summary>
    public static IEnumerable<(Relation Relation, NamedReference Reference)> NamesOf(RelationSubject subject) =>
        Of(subject.Type).SelectMany(row => row.Names(subject).Select(reference => (row, reference)));

    private static string[] InContainers(params string[] paths) =>
        [.. Containers.SelectMany(container => paths.Select(path => $"/{container}/*/{path}"))];

    /// <summary>Every namespace has a default account, so that no one has to bring it.</summary>
    private static IEnumerable<NamedReference> Account(RelationSubject subject)
    {
        if (subject.PodSpec is not { } spec)
            yield break;
        var named = spec.Text("serviceAccountName") ?? spec.Text("serviceAccount");
        var name = string.IsNullOrEmpty(named) ? "default" : named;
        yield return new(new(KnownTypes.ServiceAccounts, subject.Namespace, name), name == "default");
    }

    /// <summary>A StatefulSet's claims are called after the template, the set and the Pod's number. They outlive both.</summary>
    private static IEnumerable<MatchedReference> TemplateClaims(RelationSubject subject)
    {
        if (subject.Namespace is not { } ns)
            yield break;
        foreach (var template in subject.Spec.Objects("volumeClaimTemplates"))
            yield return new(
                KnownTypes.PersistentVolumeClaims,
                ns,
                Numbered($"{template.Object("metadata").Text("name")}-{subject.Name}-")
            );
    }

    private static Func<string, JsonObject?, bool> Numbered(string prefix) =>
        (name, _) =>
            name.Length > prefix.Length
            && name.StartsWith(prefix, StringComparison.Ordinal)
            && !name.AsSpan(prefix.Length).ContainsAnyExceptInRange('0', '9');

    private static IEnumerable<NamedReference> SnapshotContent(RelationSubject subject)
    {
        var name =
            subject.Manifest.Object("status").Text("boundVolumeSnapshotContentName")
            ?? subject.Spec.Object("source").Text("volumeSnapshotContentName");
        if (!string.IsNullOrEmpty(name))
            yield return new(new(KnownTypes.VolumeSnapshotContents, null, name));
    }

    private static IEnumerable<NamedReference> BoundAccounts(RelationSubject subject) =>
        from account in subject.Manifest.Objects("subjects")
        where account.Text("kind") == "ServiceAccount"
        let ns = account.Text("namespace") ?? subject.Namespace
        where ns is not null && account.Text("name") is { Length: > 0 }
        select new NamedReference(new(KnownTypes.ServiceAccounts, ns, account.Text("name")!));

    /// <summary>The group of all accounts of a namespace.</summary>
    private static IEnumerable<MatchedReference> BoundGroups(RelationSubject subject) =>
        from account in subject.Manifest.Objects("subjects")
        where account.Text("kind") == "Group"
        let name = account.Text("name") ?? ""
        where name.StartsWith(GroupPrefix, StringComparison.Ordinal)
        select new MatchedReference(KnownTypes.ServiceAccounts, name[GroupPrefix.Length..], (_, _) => true);

    private static IEnumerable<MatchedReference> Pods(RelationSubject subject, LabelSelector? selector) =>
        selector is not null && subject.Namespace is { } ns ? [Labelled(KnownTypes.Pods, ns, selector)] : [];
}
