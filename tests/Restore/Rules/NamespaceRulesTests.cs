using System.Collections.Immutable;
using Holdfast.Manifests;
using Holdfast.Restore.Mapping;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Rules;

public sealed class NamespaceRulesTests
{
    private static readonly ImmutableSortedDictionary<string, string> Map = ImmutableSortedDictionary<string, string>
        .Empty.WithComparers(StringComparer.Ordinal)
        .Add("shop", "copy");

    private static readonly RestoreRequest Mapped = RuleCase.Plain with { NamespaceMapping = Map };

    [Theory]
    [InlineData("kind: ConfigMap, metadata: { name: a, namespace: NS }")]
    [InlineData("kind: ConfigMap, metadata: { name: a, namespace: x, annotations: { meta.helm.sh/release-namespace: NS } }")]
    [InlineData("kind: ConfigMap, metadata: { name: a, namespace: x, annotations: { cert-manager.io/inject-ca-from: NS/ca } }")]
    [InlineData("kind: Namespace, metadata: { name: NS, labels: { kubernetes.io/metadata.name: NS } }")]
    [InlineData(
        "kind: RoleBinding, metadata: { name: a, namespace: x }, subjects: [{ kind: ServiceAccount, name: shop, namespace: NS }, "
            + "{ kind: Group, name: 'system:serviceaccounts:NS' }, { kind: User, name: 'system:serviceaccount:NS:shop' }, "
            + "{ kind: User, name: shop }, { kind: Group, name: 'shop:shop' }]"
    )]
    [InlineData(
        "kind: FlowSchema, metadata: { name: a }, spec: { rules: [{ subjects: [{ kind: ServiceAccount, serviceAccount: "
            + "{ name: shop, namespace: NS } }, { kind: Group, group: { name: 'system:serviceaccounts:NS' } }], "
            + "resourceRules: [{ namespaces: [x, NS] }] }] }"
    )]
    [InlineData(
        "kind: ValidatingWebhookConfiguration, metadata: { name: a }, webhooks: [{ name: shop, sideEffects: None, "
            + "clientConfig: { service: { name: shop, namespace: NS } }, "
            + "namespaceSelector: { matchExpressions: [{ key: kubernetes.io/metadata.name, operator: NotIn, values: [NS, x] }] } }]"
    )]
    [InlineData("kind: APIService, metadata: { name: v1.a.b }, spec: { service: { name: shop, namespace: NS } }")]
    [InlineData(
        "kind: CustomResourceDefinition, metadata: { name: a.b }, spec: { conversion: { webhook: { clientConfig: "
            + "{ service: { name: shop, namespace: NS } } } } }"
    )]
    [InlineData("kind: Service, metadata: { name: a, namespace: x }, spec: { externalName: shop.NS.svc.cluster.local }")]
    [InlineData("kind: Service, metadata: { name: a, namespace: x }, spec: { externalName: shop.shop.example.com }")]
    [InlineData(
        "kind: PersistentVolume, metadata: { name: a }, spec: { persistentVolumeReclaimPolicy: Retain, claimRef: { name: shop, "
            + "namespace: NS }, csi: { driver: shop, volumeHandle: shop, nodeStageSecretRef: { name: shop, namespace: NS } } }"
    )]
    [InlineData(
        "kind: StorageClass, metadata: { name: a }, parameters: "
            + "{ csi.storage.k8s.io/fstype: shop, csi.storage.k8s.io/node-stage-secret-namespace: NS }"
    )]
    [InlineData(
        "kind: NetworkPolicy, metadata: { name: a, namespace: x }, spec: { ingress: [{ from: [{ namespaceSelector: { matchLabels: "
            + "{ kubernetes.io/metadata.name: NS, name: shop } } }] }], egress: [{ to: [{ namespaceSelector: { matchExpressions: "
            + "[{ key: kubernetes.io/metadata.name, operator: In, values: [NS] }, { key: name, operator: In, values: [shop] }] } }] }] }"
    )]
    [InlineData(
        "kind: Deployment, metadata: { name: a, namespace: x }, spec: { template: { spec: { affinity: { podAntiAffinity: "
            + "{ preferredDuringSchedulingIgnoredDuringExecution: [{ podAffinityTerm: { namespaces: [NS], namespaceSelector: "
            + "{ matchLabels: { kubernetes.io/metadata.name: NS } } } }] } } } } }"
    )]
    [InlineData("kind: IngressClass, metadata: { name: a }, spec: { parameters: { name: shop, namespace: NS } }")]
    public void A_reference_to_a_mapped_namespace_follows_it_and_nothing_else_changes(string manifest)
    {
        manifest = WithVersion(manifest);
        var captured = manifest.Replace("NS", "shop", StringComparison.Ordinal);

        var body = RuleCase.Body($"{{ {captured} }}", Mapped);

        var plain = RuleCase.Body($"{{ {captured} }}");
        var expected = YamlManifests.ParseOne($"{{ {manifest.Replace("NS", "copy", StringComparison.Ordinal)} }}");
        foreach (var (member, value) in expected)
            Assert.Equal(value?.ToJsonString(), body[member]?.ToJsonString());
        Assert.Equal(plain.Count, body.Count);
    }

    private static string WithVersion(string manifest)
    {
        var group = manifest.Split(',')[0]["kind: ".Length..] switch
        {
            "RoleBinding" => "rbac.authorization.k8s.io/",
            "FlowSchema" => "flowcontrol.apiserver.k8s.io/",
            "ValidatingWebhookConfiguration" => "admissionregistration.k8s.io/",
            "APIService" => "apiregistration.k8s.io/",
            "CustomResourceDefinition" => "apiextensions.k8s.io/",
            "StorageClass" => "storage.k8s.io/",
            "NetworkPolicy" or "IngressClass" => "networking.k8s.io/",
            "Deployment" => "apps/",
            _ => "",
        };
        return $"apiVersion: {group}v1, {manifest}";
    }

    [Theory]
    [InlineData("gateways", "Gateway", "{ listeners: [{ tls: { certificateRefs: [{ name: shop, namespace: NS }] } }] }")]
    [InlineData(
        "httproutes",
        "HTTPRoute",
        "{ parentRefs: [{ name: shop, namespace: NS }], rules: [{ backendRefs: [{ name: shop, namespace: NS }] }] }"
    )]
    [InlineData("referencegrants", "ReferenceGrant", "{ from: [{ kind: HTTPRoute, namespace: NS }] }")]
    public void Routes_and_gateways_follow(string resource, string kind, string spec)
    {
        var map = NamespaceReferences.Routes;
        var manifest = YamlManifests.ParseOne($"{{ kind: {kind}, spec: {spec.Replace("NS", "shop", StringComparison.Ordinal)} }}");

        Assert.True(map.Map(Map, $"{resource}.gateway.networking.k8s.io", manifest));

        RuleCase.Same($"{{ kind: {kind}, spec: {spec.Replace("NS", "copy", StringComparison.Ordinal)} }}", manifest);
    }

    [Fact]
    public void Namespaces_may_change_places()
    {
        var swapped = RuleCase.Plain with { NamespaceMapping = Map.Add("copy", "shop") };

        var body = RuleCase.Body(
            "{ apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: { name: a, namespace: copy }, "
                + "subjects: [{ kind: ServiceAccount, name: a, namespace: shop }] }",
            swapped
        );

        Assert.Equal("shop", body.Object("metadata").Text("namespace"));
        Assert.Equal("copy", body.Objects("subjects").Single().Text("namespace"));
    }

    [Theory]
    [InlineData("{ data: { url: 'http://cart.shop.svc:80/x' } }", "/data/url")]
    [InlineData("{ data: { conf: 'user system:serviceaccount:shop:cart' } }", "/data/conf")]
    [InlineData("{ spec: { args: ['--namespace=shop'] } }", "/spec/args/0")]
    [InlineData("{ spec: { targetNamespace: shop } }", "/spec/targetNamespace")]
    [InlineData("{ spec: { namespaces: [x, shop] } }", "/spec/namespaces/1")]
    [InlineData("{ metadata: { annotations: { a/b: 'namespace: shop' } } }", "/metadata/annotations/a~1b")]
    [InlineData("{ data: { url: 'http://shop.example.com/shop', name: shop, dns: 'a.workshop.svc', other: 'a.shop-2.svc' } }", null)]
    [InlineData("{ metadata: { namespace: shop }, status: { namespace: shop } }", null)]
    public void A_text_that_seems_to_name_a_mapped_namespace_is_found(string manifest, string? path)
    {
        var found = NamespaceMentions.In(YamlManifests.ParseOne(manifest), KnownTypes.ConfigMaps, Map.Keys).ToList();

        Assert.Equal(path is null ? [] : [(path, "shop")], found);
    }

    [Fact]
    public void The_data_of_a_secret_isnt_looked_at()
    {
        var secret = YamlManifests.ParseOne("{ stringData: { url: 'http://cart.shop.svc' }, data: { namespace: shop } }");

        Assert.Empty(NamespaceMentions.In(secret, KnownTypes.Secrets, Map.Keys));
    }
}
