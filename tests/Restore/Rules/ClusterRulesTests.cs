using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Tests.Rules;

public sealed class ClusterRulesTests
{
    [Fact]
    public void A_namespace_comes_with_its_labels_and_without_the_servers_finalizers() =>
        RuleCase.Same(
            "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { team: blue } } }",
            RuleCase.Body(
                "{ apiVersion: v1, kind: Namespace, metadata: { name: shop, labels: { team: blue } }, spec: { finalizers: "
                    + "[kubernetes] }, status: { phase: Active } }"
            )
        );

    [Fact]
    public void A_crd_that_preserved_unknown_fields_says_so_in_its_schemas() =>
        RuleCase.Same(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: { name: widgets.example.com }
            spec:
              group: example.com
              preserveUnknownFields: false
              versions:
              - { name: v1, schema: { openAPIV3Schema: { type: object, properties: {}, x-kubernetes-preserve-unknown-fields: true } } }
              - { name: v2, schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
            """,
            RuleCase.Body(
                """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: { name: widgets.example.com }
                spec:
                  group: example.com
                  preserveUnknownFields: true
                  versions:
                  - { name: v1, schema: { openAPIV3Schema: { type: object, properties: {} } } }
                  - { name: v2 }
                status: { storedVersions: [v1] }
                """
            )
        );

    [Fact]
    public void A_crd_whose_schema_v1_would_refuse_comes_with_one_that_allows_everything()
    {
        var prepared = new RuleCase().Prepare(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: { name: widgets.example.com }
            spec:
              group: example.com
              preserveUnknownFields: true
              versions: [{ name: v1, schema: { openAPIV3Schema: { properties: { spec: { properties: {} } } } } }]
            status: { conditions: [{ type: NonStructuralSchema, status: "True" }] }
            """
        );

        RuleCase.Same(
            "{ group: example.com, preserveUnknownFields: false, versions: [{ name: v1, schema: { openAPIV3Schema: { type: object, "
                + "x-kubernetes-preserve-unknown-fields: true } } }] }",
            prepared.Body["spec"]
        );
        Assert.Single(prepared.Warnings);
    }

    [Theory]
    [InlineData(
        "{ apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: { name: c, annotations: { "
            + "storageclass.kubernetes.io/is-default-class: 'true', team: blue } } }",
        "annotations: { team: blue }"
    )]
    [InlineData(
        "{ apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: { name: c, annotations: { "
            + "ingressclass.kubernetes.io/is-default-class: 'true', team: blue } } }",
        "annotations: { team: blue }"
    )]
    [InlineData(
        "{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: c, annotations: { team: blue } }, globalDefault: "
            + "true }",
        "annotations: { team: blue }"
    )]
    [InlineData(
        "{ apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: { name: c, labels: { "
            + "rbac.authorization.k8s.io/aggregate-to-admin: 'true', team: blue } } }",
        "labels: { team: blue }"
    )]
    public void What_counts_for_the_whole_cluster_can_come_without(string manifest, string metadata)
    {
        var body = new RuleCase { WithoutDefault = true }
            .Prepare(manifest)
            .Body;

        RuleCase.Same($"{{ name: c, {metadata} }}", body["metadata"]);
        Assert.False(body.ContainsKey("globalDefault"));
        Assert.True(
            ClassRules.CountsForAll(
                "priorityclasses.scheduling.k8s.io",
                RuleCase.Body("{ apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: { name: c }, globalDefault: true }")
            )
        );
    }

    [Fact]
    public void A_webhook_that_was_stored_without_declared_side_effects_gets_what_v1_takes()
    {
        var prepared = new RuleCase().Prepare(
            """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: { name: policy }
            webhooks: [{ name: a.example.com, sideEffects: Unknown }, { name: b.example.com, sideEffects: None }]
            """
        );

        Assert.Equal(["NoneOnDryRun", "None"], prepared.Body.Objects("webhooks").Select(w => w.Text("sideEffects")!));
        Assert.Single(prepared.Warnings);
    }

    [Theory]
    [InlineData("Deployment", "operators", 3, 0)]
    [InlineData("StatefulSet", "operators", 3, 0)]
    [InlineData("Deployment", "shop", null, 3)]
    [InlineData("DaemonSet", "operators", null, 3)]
    public void An_operator_that_shall_wait_comes_back_with_zero_replicas(string kind, string ns, int? back, int now)
    {
        var prepared = new RuleCase { Request = RuleCase.Plain with { Quiesce = ["operators"] } }.Prepare(
            $"{{ apiVersion: apps/v1, kind: {kind}, metadata: {{ name: operator, namespace: {ns} }}, spec: {{ replicas: 3 }} }}"
        );

        Assert.Equal(back, prepared.Replicas);
        Assert.Equal(now, prepared.Body.Object("spec").Number("replicas"));
    }
}
