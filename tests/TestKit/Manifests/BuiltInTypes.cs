using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;

namespace Holdfast.TestKit.Manifests;

/// <summary>The built-in types of a current API server, and those of CRDs among some manifests.</summary>
public static class BuiltInTypes
{
    private static readonly ImmutableArray<string> Verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];

    // Scope (N: namespaced, C: cluster), group version, and Kind=plural; a + after it: has a status subresource.
    private const string Table = """
        C v1                              Namespace=namespaces+ Node=nodes+ PersistentVolume=persistentvolumes+
        N v1                              ConfigMap=configmaps Endpoints=endpoints Event=events LimitRange=limitranges
        N v1                              PersistentVolumeClaim=persistentvolumeclaims+ Pod=pods+
        N v1                              PodTemplate=podtemplates ReplicationController=replicationcontrollers+
        N v1                              ResourceQuota=resourcequotas+ Secret=secrets
        N v1                              ServiceAccount=serviceaccounts Service=services+
        N apps/v1                         ControllerRevision=controllerrevisions DaemonSet=daemonsets+ Deployment=deployments+
        N apps/v1                         ReplicaSet=replicasets+ StatefulSet=statefulsets+
        N batch/v1                        CronJob=cronjobs+ Job=jobs+
        N autoscaling/v2                  HorizontalPodAutoscaler=horizontalpodautoscalers+
        N policy/v1                       PodDisruptionBudget=poddisruptionbudgets+
        N networking.k8s.io/v1            Ingress=ingresses+ NetworkPolicy=networkpolicies
        C networking.k8s.io/v1            IngressClass=ingressclasses ServiceCIDR=servicecidrs+ IPAddress=ipaddresses
        N rbac.authorization.k8s.io/v1    Role=roles RoleBinding=rolebindings
        C rbac.authorization.k8s.io/v1    ClusterRole=clusterroles ClusterRoleBinding=clusterrolebindings
        C storage.k8s.io/v1               CSIDriver=csidrivers CSINode=csinodes StorageClass=storageclasses
        C storage.k8s.io/v1               VolumeAttachment=volumeattachments+
        N storage.k8s.io/v1               CSIStorageCapacity=csistoragecapacities
        C scheduling.k8s.io/v1            PriorityClass=priorityclasses
        C node.k8s.io/v1                  RuntimeClass=runtimeclasses
        N coordination.k8s.io/v1          Lease=leases
        N events.k8s.io/v1                Event=events
        N discovery.k8s.io/v1             EndpointSlice=endpointslices
        C certificates.k8s.io/v1          CertificateSigningRequest=certificatesigningrequests+
        C certificates.k8s.io/v1beta1     ClusterTrustBundle=clustertrustbundles
        C resource.k8s.io/v1              ResourceSlice=resourceslices
        C flowcontrol.apiserver.k8s.io/v1 FlowSchema=flowschemas+ PriorityLevelConfiguration=prioritylevelconfigurations+
        C apiextensions.k8s.io/v1         CustomResourceDefinition=customresourcedefinitions+
        C apiregistration.k8s.io/v1       APIService=apiservices+
        C admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration=validatingwebhookconfigurations
        C admissionregistration.k8s.io/v1 MutatingWebhookConfiguration=mutatingwebhookconfigurations
        C admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy=validatingadmissionpolicies+
        C admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding=validatingadmissionpolicybindings
        """;

    private const string EarlierTable = """
        N batch/v1beta1                        CronJob=cronjobs+
        N policy/v1beta1                       PodDisruptionBudget=poddisruptionbudgets+
        C policy/v1beta1                       PodSecurityPolicy=podsecuritypolicies
        N discovery.k8s.io/v1beta1             EndpointSlice=endpointslices
        N networking.k8s.io/v1beta1            Ingress=ingresses+
        N extensions/v1beta1                   Ingress=ingresses+ Deployment=deployments+
        N apps/v1beta1                         StatefulSet=statefulsets+
        N autoscaling/v1                       HorizontalPodAutoscaler=horizontalpodautoscalers+
        N autoscaling/v2beta1                  HorizontalPodAutoscaler=horizontalpodautoscalers+
        N autoscaling/v2beta2                  HorizontalPodAutoscaler=horizontalpodautoscalers+
        C apiextensions.k8s.io/v1beta1         CustomResourceDefinition=customresourcedefinitions+
        C admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration=validatingwebhookconfigurations
        """;

    public static ImmutableArray<ApiResource> BuiltIn { get; } = [.. Table.Split('\n').SelectMany(Line)];

    /// <summary>In versions that earlier servers had.</summary>
    public static ImmutableArray<ApiResource> Earlier { get; } = [.. EarlierTable.Split('\n').SelectMany(Line)];

    /// <summary>The built-in types, those of earlier versions that manifests are of, and those of the CRDs among the manifests.</summary>
    public static ImmutableArray<ApiResource> With(IReadOnlyCollection<JsonObject> manifests) =>
        [
            .. BuiltIn,
            .. Earlier.Where(t => manifests.Any(m => m.Text("apiVersion") == t.ApiVersion && m.Text("kind") == t.Kind)),
            .. manifests.Where(m => m.Text("kind") == "CustomResourceDefinition").SelectMany(Brought),
        ];

    public static ApiResource Of(JsonObject manifest, IEnumerable<ApiResource> types)
    {
        var (apiVersion, kind) = (manifest.Text("apiVersion"), manifest.Text("kind"));
        return types.FirstOrDefault(t => t.ApiVersion == apiVersion && t.Kind == kind)
            ?? throw new InvalidOperationException($"unknown type {apiVersion} {kind}: add it, or its CRD");
    }

    private static IEnumerable<ApiResource> Line(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var (group, version) = words[1].Split('/') is [var g, var v] ? (g, v) : ("", words[1]);
        foreach (var word in words[2..])
        {
            var (kind, resource) = (word[..word.IndexOf('=')], word[(word.IndexOf('=') + 1)..].TrimEnd('+'));
            yield return new(group, version, resource, kind, words[0] == "N", Verbs, HasStatus: word[^1] == '+');
        }
    }

    private static IEnumerable<ApiResource> Brought(JsonObject crd)
    {
        var spec = crd.Object("spec");
        var names = spec.Object("names");
        foreach (var version in spec.Objects("versions").Where(v => v.Flag("served")))
            yield return new(
                spec.Text("group")!,
                version.Text("name")!,
                names.Text("plural")!,
                names.Text("kind")!,
                spec.Text("scope") == "Namespaced",
                Verbs,
                HasStatus: version.Object("subresources")?.ContainsKey("status") == true
            );
    }
}
