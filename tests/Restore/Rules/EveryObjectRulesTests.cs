using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Restore.Rules;

namespace Holdfast.Restore.Tests.Rules;

public sealed class EveryObjectRulesTests
{
    private const string Captured = """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: web
          namespace: shop
          generateName: web-
          selfLink: /api/v1/namespaces/shop/configmaps/web
          uid: 5c1a
          resourceVersion: "81"
          generation: 3
          creationTimestamp: "2026-01-01T00:00:00Z"
          labels: { app: web }
          annotations: { team: blue }
          finalizers: [example.com/hold]
          managedFields: [{ manager: kubectl, operation: Update }]
        data: { a: "1" }
        """;

    [Fact]
    public void What_the_server_sets_is_left_out_and_labels_annotations_and_finalizers_stay() =>
        RuleCase.Same(
            """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: web
              namespace: shop
              labels: { app: web }
              annotations: { team: blue }
              finalizers: [example.com/hold]
            data: { a: "1" }
            """,
            RuleCase.Body(Captured)
        );

    [Fact]
    public void An_object_without_a_name_keeps_its_generateName() =>
        Assert.Equal(
            "job-",
            RuleCase
                .Body("{ apiVersion: v1, kind: ConfigMap, metadata: { generateName: job-, namespace: shop } }")
                .Object("metadata")
                .Text("generateName")
        );

    [Fact]
    public void Managed_fields_are_kept_for_a_last_patch_only_where_a_client_applied()
    {
        Assert.Null(new RuleCase().Prepare(Captured).ManagedFields);
        var applied = new RuleCase().Prepare(Captured.Replace("operation: Update", "operation: Apply", StringComparison.Ordinal));

        Assert.Equal("kubectl", (applied.ManagedFields?[0] as JsonObject).Text("manager"));
        Assert.False(applied.Body.Object("metadata")!.ContainsKey("managedFields"));
    }

    [Fact]
    public void Owner_references_are_taken_out_of_the_body_to_be_resolved()
    {
        var prepared = new RuleCase().Prepare(
            """
            apiVersion: v1
            kind: Secret
            metadata:
              name: web-tls
              namespace: shop
              ownerReferences: [{ apiVersion: cert-manager.io/v1, kind: Certificate, name: web, uid: dead, controller: true }]
            """
        );

        Assert.False(prepared.Body.Object("metadata")!.ContainsKey("ownerReferences"));
        Assert.Equal("web", (prepared.OwnerReferences[0] as JsonObject).Text("name"));
    }

    [Fact]
    public void What_a_custom_resource_owns_is_restored_even_when_its_owner_comes_back() =>
        Assert.Null(
            RuleCase.SkipRule(
                """
                apiVersion: v1
                kind: Secret
                metadata: { name: web-tls, namespace: shop, ownerReferences: [{ apiVersion: cert-manager.io/v1, kind: Certificate,
                  name: web, uid: dead, controller: true }] }
                """
            )
        );

    [Fact]
    public void An_object_that_was_being_deleted_is_left_out_unless_asked_for_and_then_loses_the_finalizers_of_its_deletion()
    {
        const string terminating = """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: web
              namespace: shop
              deletionTimestamp: "2026-01-01T00:00:00Z"
              deletionGracePeriodSeconds: 0
              finalizers: [foregroundDeletion, example.com/hold, orphan]
            """;

        Assert.Equal("meta-terminating", RuleCase.SkipRule(terminating));
        RuleCase.Same(
            "{ apiVersion: v1, kind: ConfigMap, metadata: { name: web, namespace: shop, finalizers: [example.com/hold] } }",
            RuleCase.Body(terminating, RuleCase.Plain with { Terminating = true })
        );
    }

    [Fact]
    public void Marks_of_an_earlier_restore_are_removed() =>
        RuleCase.Same(
            "{ apiVersion: v1, kind: ConfigMap, metadata: { name: web, namespace: shop } }",
            RuleCase.Body(
                "{ apiVersion: v1, kind: ConfigMap, metadata: { name: web, namespace: shop, annotations: { holdfast.dev/restore: "
                    + "0a1b, holdfast.dev/restored-from: x } } }"
            )
        );

    private const string Widget = """
        apiVersion: example.com/v1
        kind: Widget
        metadata: { name: w, namespace: shop }
        spec: { size: 3 }
        status:
          observedGeneration: 4
          ready: 2
          conditions: [{ type: Ready, status: "True", observedGeneration: 4 }]
        """;

    [Fact]
    public void A_status_with_a_subresource_is_dropped_unless_asked_for()
    {
        var prepared = new RuleCase().Prepare(Widget);

        Assert.False(prepared.Body.ContainsKey("status"));
        Assert.Null(prepared.Status);
    }

    [Fact]
    public void A_status_that_is_asked_for_speaks_of_no_generation()
    {
        var prepared = new RuleCase { Request = RuleCase.Plain with { Status = true } }.Prepare(Widget);

        Assert.False(prepared.Body.ContainsKey("status"));
        RuleCase.Same("{ ready: 2, conditions: [{ type: Ready, status: \"True\" }] }", prepared.Status);
    }

    [Theory]
    [InlineData("{ apiVersion: v1, kind: Namespace, metadata: { name: shop }, status: { phase: Active } }")]
    [InlineData(
        "{ apiVersion: v1, kind: PersistentVolumeClaim, metadata: { name: scratch, namespace: shop }, spec: { volumeName: lost }, "
            + "status: { phase: Bound } }"
    )]
    [InlineData("{ apiVersion: v1, kind: PersistentVolume, metadata: { name: disk }, status: { phase: Bound } }")]
    [InlineData(
        "{ apiVersion: batch/v1, kind: CronJob, metadata: { name: nightly, namespace: shop }, status: { lastScheduleTime: "
            + "'2026-01-01T03:00:00Z' } }"
    )]
    [InlineData("{ apiVersion: batch/v1, kind: Job, metadata: { name: once, namespace: shop }, status: { succeeded: 3 } }")]
    [InlineData(
        "{ apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: { name: web, namespace: shop }, status: { "
            + "lastScaleTime: '2026-01-01T03:00:00Z' } }"
    )]
    [InlineData(
        "{ apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: { name: web, namespace: shop }, status: { disruptionsAllowed: 1 } }"
    )]
    [InlineData("{ apiVersion: v1, kind: ResourceQuota, metadata: { name: all, namespace: shop }, status: { used: { pods: '3' } } }")]
    [InlineData(
        "{ apiVersion: v1, kind: Service, metadata: { name: web, namespace: shop }, spec: {}, status: { loadBalancer: { ingress: [] } } }"
    )]
    public void A_status_that_a_controller_would_believe_is_never_written(string manifest) =>
        Assert.Null(
            new RuleCase { Request = RuleCase.Plain with { Status = true } }
                .Prepare(manifest)
                .Status
        );

    [Fact]
    public void A_status_that_is_asked_for_has_no_time_from_which_a_controller_would_catch_up() =>
        RuleCase.Same(
            "{ ready: 2 }",
            new RuleCase { Request = RuleCase.Plain with { Status = true } }
                .Prepare(
                    "{ apiVersion: example.com/v1, kind: Widget, metadata: { name: w, namespace: shop }, status: { ready: 2, "
                        + "lastScheduleTime: '2026-01-01T03:00:00Z' } }"
                )
                .Status
        );

    [Fact]
    public void A_status_without_a_subresource_stays_in_the_body() =>
        Assert.NotNull(
            RuleCase
                .Body("{ apiVersion: v1, kind: ConfigMap, metadata: { name: odd, namespace: shop }, status: { a: 1 } }")
                .Object("status")
        );

    [Fact]
    public void Objects_that_a_plan_has_decided_on_are_not_asked_about_again()
    {
        var manifest = ManifestJson.Parse("""{"apiVersion":"v1","kind":"Node","metadata":{"name":"n1"}}"""u8);
        var prepared = ManifestRules.Prepare(
            manifest,
            new()
            {
                Request = RuleCase.Plain,
                Type = new("", "v1", "nodes", "Node", Namespaced: false),
                HasStatus = true,
                InPoint = _ => null,
                OwnerComesBack = () => true,
                Planned = true,
            }
        );

        Assert.Null(prepared.SkipReason);
    }
}
