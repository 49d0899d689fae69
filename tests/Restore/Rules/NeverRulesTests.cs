namespace Holdfast.Restore.Tests.Rules;

public sealed class NeverRulesTests
{
    [Theory]
    [InlineData("never-nodes", "{ apiVersion: v1, kind: Node, metadata: { name: n1 } }")]
    [InlineData("never-events", "{ apiVersion: v1, kind: Event, metadata: { name: e, namespace: shop } }")]
    [InlineData("never-events", "{ apiVersion: events.k8s.io/v1, kind: Event, metadata: { name: e, namespace: shop } }")]
    [InlineData("never-node-storage", "{ apiVersion: storage.k8s.io/v1, kind: CSINode, metadata: { name: n1 } }")]
    [InlineData("never-node-storage", "{ apiVersion: storage.k8s.io/v1, kind: VolumeAttachment, metadata: { name: a } }")]
    [InlineData(
        "never-node-storage",
        "{ apiVersion: storage.k8s.io/v1, kind: CSIStorageCapacity, metadata: { name: c, namespace: shop } }"
    )]
    [InlineData("never-leases", "{ apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: { name: n1, namespace: kube-node-lease } }")]
    [InlineData(
        "never-leases",
        "{ apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: { name: leader, namespace: shop }, spec: { holderIdentity: pod-1 } }"
    )]
    [InlineData(
        "never-leader-locks",
        "{ apiVersion: v1, kind: ConfigMap, metadata: { name: lock, namespace: shop, annotations: { "
            + "control-plane.alpha.kubernetes.io/leader: '{}' } } }"
    )]
    [InlineData(
        "never-automanaged-apiservices",
        "{ apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: { name: v1.apps, labels: { "
            + "kube-aggregator.kubernetes.io/automanaged: onstart } } }"
    )]
    [InlineData(
        "never-automanaged-apiservices",
        "{ apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: { name: v1.local }, spec: { group: local } }"
    )]
    [InlineData("never-system-namespaces", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: coredns, namespace: kube-system } }")]
    [InlineData("never-system-namespaces", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: cluster-info, namespace: kube-public } }")]
    [InlineData("never-system-namespaces", "{ apiVersion: v1, kind: Namespace, metadata: { name: kube-system } }")]
    [InlineData(
        "never-bootstrap-rbac",
        "{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: edit, labels: { "
            + "kubernetes.io/bootstrapping: rbac-defaults } } }"
    )]
    [InlineData(
        "never-bootstrap-rbac",
        "{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: { name: cluster-admin, labels: { "
            + "kubernetes.io/bootstrapping: rbac-defaults } } }"
    )]
    [InlineData("never-root-ca", "{ apiVersion: v1, kind: ConfigMap, metadata: { name: kube-root-ca.crt, namespace: shop } }")]
    [InlineData("never-addresses", "{ apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: { name: 10.96.0.7 } }")]
    [InlineData("never-default-servicecidr", "{ apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: { name: kubernetes } }")]
    [InlineData("never-kubernetes-service", "{ apiVersion: v1, kind: Service, metadata: { name: kubernetes, namespace: default } }")]
    [InlineData("never-kubernetes-service", "{ apiVersion: v1, kind: Endpoints, metadata: { name: kubernetes, namespace: default } }")]
    [InlineData(
        "never-kubernetes-service",
        "{ apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: { name: kubernetes, namespace: default } }"
    )]
    [InlineData(
        "never-signing-requests",
        "{ apiVersion: certificates.k8s.io/v1, kind: CertificateSigningRequest, metadata: { name: csr } }"
    )]
    [InlineData(
        "never-builtin-trust-bundles",
        "{ apiVersion: certificates.k8s.io/v1beta1, kind: ClusterTrustBundle, metadata: { name: "
            + "'kubernetes.io:kube-apiserver-serving:ca' }, spec: { signerName: kubernetes.io/kube-apiserver-serving } }"
    )]
    [InlineData("never-resource-slices", "{ apiVersion: resource.k8s.io/v1, kind: ResourceSlice, metadata: { name: gpu } }")]
    [InlineData(
        "never-builtin-flow-control",
        "{ apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: { name: exempt, annotations: { "
            + "apf.kubernetes.io/autoupdate-spec: 'true' } } }"
    )]
    [InlineData(
        "never-builtin-flow-control",
        "{ apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: PriorityLevelConfiguration, metadata: { name: exempt, annotations: { "
            + "apf.kubernetes.io/autoupdate-spec: 'true' } } }"
    )]
    [InlineData(
        "never-system-priorities",
        "{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: system-node-critical }, value: 2000001000 }"
    )]
    public void Is_never_restored(string rule, string manifest) => Assert.Equal(rule, RuleCase.SkipRule(manifest));

    [Theory]
    [InlineData("{ apiVersion: v1, kind: Service, metadata: { name: kubernetes, namespace: shop } }")]
    [InlineData(
        "{ apiVersion: certificates.k8s.io/v1beta1, kind: ClusterTrustBundle, metadata: { name: ours }, spec: { trustBundle: PEM } }"
    )]
    [InlineData("{ apiVersion: v1, kind: ConfigMap, metadata: { name: coredns, namespace: shop } }")]
    [InlineData("{ apiVersion: v1, kind: Namespace, metadata: { name: default } }")]
    [InlineData(
        "{ apiVersion: coordination.k8s.io/v1, kind: Lease, metadata: { name: reserved, namespace: shop }, spec: { "
            + "leaseDurationSeconds: 15 } }"
    )]
    [InlineData("{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: shop-admin } }")]
    [InlineData("{ apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: { name: extra }, spec: { cidrs: [10.200.0.0/16] } }")]
    [InlineData(
        "{ apiVersion: flowcontrol.apiserver.k8s.io/v1, kind: FlowSchema, metadata: { name: exempt, annotations: { "
            + "apf.kubernetes.io/autoupdate-spec: 'false' } } }"
    )]
    [InlineData("{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: high }, value: 1000 }")]
    [InlineData(
        "{ apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: { name: v1.metrics }, spec: { service: { name: m, "
            + "namespace: shop } } }"
    )]
    public void Is_restored_although_it_looks_alike(string manifest) => Assert.Null(RuleCase.SkipRule(manifest));

    [Fact]
    public void System_namespaces_come_back_when_asked_for() =>
        Assert.Null(
            RuleCase.SkipRule(
                "{ apiVersion: v1, kind: ConfigMap, metadata: { name: coredns, namespace: kube-system } }",
                RuleCase.Plain with
                {
                    SystemNamespaces = true,
                }
            )
        );

    [Theory]
    [InlineData("annotations: { rbac.authorization.kubernetes.io/autoupdate: 'false' }")]
    [InlineData("managedFields: [{ manager: kube-apiserver, operation: Update }, { manager: kubectl-edit, operation: Update }]")]
    public void An_edited_built_in_role_comes_back_by_name_or_with_the_system_objects(string edit)
    {
        var manifest = BuiltIn(edit);

        Assert.Equal("never-edited-rbac", RuleCase.SkipRule(manifest));
        Assert.Null(
            new RuleCase { IsNamed = true }
                .Prepare(manifest)
                .SkipRule
        );
        Assert.Null(
            new RuleCase
            {
                Request = RuleCase.Plain with { SystemNamespaces = true },
                PointVersion = "v1.20.15",
                TargetVersion = "v1.36.2",
            }
                .Prepare(manifest)
                .SkipRule
        );
    }

    [Fact]
    public void A_built_in_role_that_was_not_edited_is_written_over_that_of_another_version_by_name_only()
    {
        var manifest = BuiltIn("managedFields: [{ manager: kube-apiserver, operation: Update }]");
        var system = new RuleCase
        {
            Request = RuleCase.Plain with { SystemNamespaces = true },
            PointVersion = "v1.20.15",
            TargetVersion = "v1.20.2",
        };

        Assert.Null(
            new RuleCase { IsNamed = true }
                .Prepare(manifest)
                .SkipRule
        );
        Assert.Null(system.Prepare(manifest).SkipRule);
        Assert.Equal("never-bootstrap-rbac", (system with { TargetVersion = "v1.21.0" }).Prepare(manifest).SkipRule);
    }

    private static string BuiltIn(string metadata) =>
        $"{{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {{ name: cluster-admin, labels: {{ "
        + $"kubernetes.io/bootstrapping: rbac-defaults }}, {metadata} }} }}";
}
