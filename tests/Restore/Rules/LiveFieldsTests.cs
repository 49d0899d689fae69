using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Manifests.Comparing;
using Holdfast.Restore.Planning;
using Holdfast.Restore.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Rules;

/// <summary>
/// An object of the point beside the live one that was made from it: other addresses, ports, uids, tokens and revisions are no difference.
/// </summary>
public sealed class LiveFieldsTests
{
    [Theory]
    [InlineData(
        "Service",
        "{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop, uid: s }, spec: { type: LoadBalancer, clusterIP: "
            + "10.0.0.1, clusterIPs: [10.0.0.1], externalTrafficPolicy: Local, healthCheckNodePort: 31000, ports: [{ port: 80, "
            + "protocol: TCP, nodePort: 30080 }, { port: 80, protocol: UDP, nodePort: 30081 }] }, status: { loadBalancer: { ingress: "
            + "[{ ip: 1.2.3.4 }] } } }",
        "{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop, uid: l }, spec: { type: LoadBalancer, clusterIP: "
            + "10.9.0.1, clusterIPs: [10.9.0.1], externalTrafficPolicy: Local, healthCheckNodePort: 32000, ports: [{ port: 80, "
            + "protocol: TCP, nodePort: 31080 }, { port: 80, protocol: UDP, nodePort: 31081 }] }, status: {} }"
    )]
    [InlineData(
        "HorizontalPodAutoscaler",
        "{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: h, namespace: shop, annotations: { "
            + "autoscaling.alpha.kubernetes.io/conditions: '[old]' } }, spec: { maxReplicas: 3 } }",
        "{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: h, namespace: shop, annotations: { "
            + "autoscaling.alpha.kubernetes.io/conditions: '[new]', autoscaling.alpha.kubernetes.io/current-metrics: '[]' } }, spec: "
            + "{ maxReplicas: 3 } }"
    )]
    [InlineData(
        "HorizontalPodAutoscaler",
        "{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: h, namespace: shop, annotations: { "
            + "autoscaling.alpha.kubernetes.io/conditions: '[]' } }, spec: { maxReplicas: 3 } }",
        "{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: h, namespace: shop }, spec: { maxReplicas: 3 } }"
    )]
    [InlineData(
        "Job",
        "{ apiVersion: batch/v1, kind: Job, metadata: { name: j, namespace: shop, labels: { app: j, controller-uid: s, job-name: j } "
            + "}, spec: { template: { metadata: { labels: { app: j, controller-uid: s, job-name: j } }, spec: {} } } }",
        "{ apiVersion: batch/v1, kind: Job, metadata: { name: j, namespace: shop, labels: { app: j, controller-uid: l, job-name: j } "
            + "}, spec: { template: { metadata: { labels: { app: j, controller-uid: l, job-name: j } }, spec: {} } } }"
    )]
    [InlineData(
        "Job",
        "{ apiVersion: batch/v1, kind: Job, metadata: { name: j, namespace: shop, labels: { app: j } }, spec: { selector: { "
            + "matchLabels: { controller-uid: s } }, template: { metadata: { labels: { app: j, controller-uid: s, job-name: j } }, "
            + "spec: {} } } }",
        "{ apiVersion: batch/v1, kind: Job, metadata: { name: j, namespace: shop, labels: { app: j } }, spec: { selector: { "
            + "matchLabels: { controller-uid: l } }, template: { metadata: { labels: { app: j, controller-uid: l, job-name: j } }, "
            + "spec: {} } } }"
    )]
    [InlineData(
        "PersistentVolumeClaim",
        "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: c, namespace: shop, annotations: { "
            + "pv.kubernetes.io/bind-completed: 'yes', volume.kubernetes.io/selected-node: n1 } }, spec: { volumeName: pv-1, "
            + "storageClassName: fast } }",
        "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: c, namespace: shop, annotations: { "
            + "pv.kubernetes.io/bind-completed: 'yes', volume.kubernetes.io/selected-node: n2 } }, spec: { volumeName: pv-9, "
            + "storageClassName: fast } }"
    )]
    [InlineData(
        "PersistentVolume",
        "{ apiVersion: v1, kind: PersistentVolume, metadata: { name: p, annotations: { pv.kubernetes.io/bound-by-controller: 'yes' } "
            + "}, spec: { persistentVolumeReclaimPolicy: Retain, claimRef: { namespace: shop, name: c, uid: s, resourceVersion: '1' } "
            + "}, status: { phase: Bound } }",
        "{ apiVersion: v1, kind: PersistentVolume, metadata: { name: p }, spec: { persistentVolumeReclaimPolicy: Retain, claimRef: { "
            + "namespace: shop, name: c, uid: l, resourceVersion: '9' } }, status: { phase: Bound } }"
    )]
    [InlineData(
        "ServiceAccount",
        "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: runner, namespace: shop }, secrets: [{ name: runner-token-aaaaa }, "
            + "{ name: mine }] }",
        "{ apiVersion: v1, kind: ServiceAccount, metadata: { name: runner, namespace: shop }, secrets: [{ name: runner-token-bbbbb }, "
            + "{ name: mine }] }"
    )]
    [InlineData(
        "Secret",
        "{ apiVersion: v1, kind: Secret, metadata: { name: t, namespace: shop, annotations: { kubernetes.io/service-account.name: "
            + "runner, kubernetes.io/service-account.uid: s } }, type: kubernetes.io/service-account-token, data: { token: cw==, "
            + "ca.crt: cw==, namespace: cw== } }",
        "{ apiVersion: v1, kind: Secret, metadata: { name: t, namespace: shop, annotations: { kubernetes.io/service-account.name: "
            + "runner, kubernetes.io/service-account.uid: l } }, type: kubernetes.io/service-account-token, data: { token: bA==, "
            + "ca.crt: bA==, namespace: bA== } }"
    )]
    [InlineData(
        "Namespace",
        "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: s }, spec: { finalizers: [kubernetes] }, status: { phase: "
            + "Active } }",
        "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: l }, spec: { finalizers: [kubernetes] }, status: { phase: "
            + "Active } }"
    )]
    [InlineData(
        "Namespace",
        "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: s } }",
        "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, uid: l, labels: { kubernetes.io/metadata.name: shop } }, spec: { "
            + "finalizers: [kubernetes] } }"
    )]
    [InlineData(
        "Pod",
        "{ apiVersion: v1, kind: Pod, metadata: { name: p, namespace: shop, annotations: { cni.projectcalico.org/podIP: 10.1.1.1 } }, "
            + "spec: { nodeName: n1, priority: 5, containers: [{ name: a, image: a, volumeMounts: [{ name: kube-api-access-aaaaa, "
            + "mountPath: /t }] }], volumes: [{ name: data, emptyDir: {} }, { name: kube-api-access-aaaaa, projected: {} }] } }",
        "{ apiVersion: v1, kind: Pod, metadata: { name: p, namespace: shop, annotations: { cni.projectcalico.org/podIP: 10.1.1.9 } }, "
            + "spec: { nodeName: n2, priority: 9, containers: [{ name: a, image: a, volumeMounts: [{ name: kube-api-access-bbbbb, "
            + "mountPath: /t }] }], volumes: [{ name: data, emptyDir: {} }, { name: kube-api-access-bbbbb, projected: {} }] } }"
    )]
    [InlineData(
        "ClusterRole that gathers others",
        "{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: admin }, aggregationRule: {}, rules: [{ "
            + "verbs: [get] }] }",
        "{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: admin }, aggregationRule: {}, rules: [{ "
            + "verbs: [list] }] }"
    )]
    [InlineData(
        "Deployment",
        "{ apiVersion: apps/v1, kind: Deployment, metadata: { name: d, namespace: shop, annotations: { "
            + "deployment.kubernetes.io/revision: '3' } }, spec: { replicas: 1 }, status: { replicas: 1 } }",
        "{ apiVersion: apps/v1, kind: Deployment, metadata: { name: d, namespace: shop, generation: 4, annotations: { "
            + "deployment.kubernetes.io/revision: '1' } }, spec: { replicas: 1 }, status: {} }"
    )]
    [InlineData(
        "Owned by other uids",
        "{ apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: shop, ownerReferences: [{ apiVersion: example.com/v1, "
            + "kind: Widget, name: w, uid: s }] } }",
        "{ apiVersion: v1, kind: ConfigMap, metadata: { name: c, namespace: shop, ownerReferences: [{ apiVersion: example.com/v2, "
            + "kind: Widget, name: w, uid: l }], annotations: { holdfast.dev/restore: 0a1b } } }"
    )]
    public void What_was_restored_is_equal_to_the_point(string what, string point, string live)
    {
        var decision = Decide(point, live, out _);

        Assert.True(decision.Action == StepAction.Unchanged, $"{what}: {decision.Reason} {string.Join(' ', decision.Diff)}");
    }

    [Fact]
    public void A_replace_writes_the_point_with_what_the_live_object_was_given()
    {
        var decision = Decide(
            "{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop, uid: s }, spec: { type: NodePort, clusterIP: "
                + "10.0.0.1, ports: [{ port: 80, nodePort: 30080 }], selector: { app: web } } }",
            "{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop, uid: l }, spec: { type: NodePort, clusterIP: "
                + "10.9.0.1, ports: [{ port: 80, nodePort: 31080 }], selector: { app: broken } } }",
            out var body
        );

        Assert.Equal(StepAction.Replace, decision.Action);
        Assert.Equal("/spec/selector/app", Assert.Single(decision.Diff).Path);
        RuleCase.Same(
            "{ type: NodePort, ports: [{ port: 80, nodePort: 31080 }], selector: { app: web }, clusterIP: 10.9.0.1 }",
            body["spec"]
        );
    }

    [Theory]
    [InlineData("spec: {}")]
    [InlineData("spec: {}, data: {}")]
    [InlineData("data: {}")]
    public void Empty_maps_that_a_user_wrote_stay(string content)
    {
        var desired = Received($"{{ apiVersion: example.com/v1, kind: Widget, metadata: {{ name: w, namespace: shop }}, {content} }}");
        var live = (JsonObject)desired.DeepClone();
        live["metadata"]!["labels"] = new JsonObject { ["drift"] = "1" };

        LiveFields.CarryOver(desired, live, "widgets.example.com");

        RuleCase.Same($"{{ apiVersion: example.com/v1, kind: Widget, metadata: {{ name: w, namespace: shop }}, {content} }}", desired);
    }

    [Fact]
    public void Volumes_and_mounts_of_a_pod_keep_their_places()
    {
        Decide(
            "{ apiVersion: v1, kind: Pod, metadata: { name: p, namespace: shop }, spec: { containers: [{ name: a, volumeMounts: [{ "
                + "name: kube-api-access-aaaaa, mountPath: /t }, { name: d, mountPath: /d }] }], volumes: [{ name: "
                + "kube-api-access-aaaaa, projected: {} }, { name: d, emptyDir: {} }] } }",
            "{ apiVersion: v1, kind: Pod, metadata: { name: p, namespace: shop }, spec: { containers: [{ name: a, volumeMounts: [{ "
                + "name: kube-api-access-bbbbb, mountPath: /t }, { name: d, mountPath: /d }] }], volumes: [{ name: "
                + "kube-api-access-bbbbb, projected: {} }, { name: d, emptyDir: {} }] } }",
            out var body
        );

        Assert.Equal(["kube-api-access-bbbbb", "d"], body.Object("spec").Objects("volumes").Select(v => v.Text("name")!));
    }

    [Theory]
    [InlineData(
        "{ type: ExternalName, externalName: db.example.org }",
        "{ type: NodePort, clusterIP: 10.9.0.1, clusterIPs: [10.9.0.1], ports: [{ port: 80, nodePort: 31080 }] }"
    )]
    [InlineData("{ type: ClusterIP, ports: [{ port: 80 }] }", "{ type: ExternalName, externalName: db.example.org }")]
    public void A_service_may_become_a_name_and_a_name_a_service(string point, string live)
    {
        var decision = Decide(Service(point), Service(live), out _);

        Assert.True(decision.Action == StepAction.Replace, decision.Reason);
    }

    [Fact]
    public void A_service_that_has_an_address_keeps_it_whatever_else_it_becomes()
    {
        var decision = Decide(Service("{ type: NodePort, clusterIP: None }"), Service("{ type: ClusterIP, clusterIP: 10.9.0.1 }"), out _);

        Assert.True(decision is { Action: StepAction.Skip, Incomplete: true }, decision.Reason);
    }

    private static string Service(string spec) =>
        $"{{ apiVersion: v1, kind: Service, metadata: {{ name: web, namespace: shop, uid: s }}, spec: {spec} }}";

    private static StepDecision Decide(string point, string live, out JsonObject body)
    {
        var manifest = Received(point);
        var type = BuiltInTypes.Of(manifest, BuiltInTypes.BuiltIn);
        var context = new RuleContext
        {
            Request = RuleCase.Plain with { Existing = ExistingPolicy.Replace },
            Type = ManifestPoint.TypeOf(type),
            HasStatus = type.HasStatus,
            InPoint = _ => null,
            OwnerComesBack = () => true,
            VolumeComesBack = _ => false,
        };
        var prepared = ManifestRules.Prepare(manifest, context);
        body = prepared.Body;
        return StepDecision.Decide(
            prepared,
            Received(live),
            context with
            {
                Planned = true,
            },
            MergeRules.None,
            new SecretDigests(new byte[32])
        );
    }

    /// <summary>As parsed from bytes: nodes that were made compare and convert otherwise.</summary>
    private static JsonObject Received(string yaml) => ManifestJson.Parse(ManifestJson.Write(YamlManifests.ParseOne(yaml)));
}
