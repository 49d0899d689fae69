namespace Holdfast.Restore.Tests.Rules;

public sealed class OwnedRulesTests
{
    [Theory]
    [InlineData("owned-pod", "v1", "Pod", "apps/v1", "ReplicaSet")]
    [InlineData("owned-pod", "v1", "Pod", "extensions/v1beta1", "ReplicaSet")]
    [InlineData("owned-pod", "v1", "Pod", "apps/v1", "StatefulSet")]
    [InlineData("owned-pod", "v1", "Pod", "apps/v1", "DaemonSet")]
    [InlineData("owned-pod", "v1", "Pod", "batch/v1", "Job")]
    [InlineData("owned-pod", "v1", "Pod", "v1", "ReplicationController")]
    [InlineData("owned-replicaset", "apps/v1", "ReplicaSet", "apps/v1", "Deployment")]
    [InlineData("owned-controllerrevision", "apps/v1", "ControllerRevision", "apps/v1", "StatefulSet")]
    [InlineData("owned-ephemeral-claim", "v1", "PersistentVolumeClaim", "v1", "Pod")]
    public void What_a_built_in_controller_makes_again_is_left_to_it_when_the_owner_comes_back(
        string rule,
        string apiVersion,
        string kind,
        string ownerVersion,
        string owner
    )
    {
        var manifest = Owned(apiVersion, kind, ownerVersion, owner, controller: true);

        Assert.Equal(rule, new RuleCase().Prepare(manifest).SkipRule);
        Assert.Null(
            new RuleCase { OwnerComesBack = false }
                .Prepare(manifest)
                .SkipRule
        );
    }

    [Theory]
    [InlineData("v1", "Pod", "argoproj.io/v1alpha1", "Rollout")]
    [InlineData("v1", "Pod", "tekton.dev/v1", "TaskRun")]
    [InlineData("apps/v1", "ReplicaSet", "argoproj.io/v1alpha1", "Rollout")]
    [InlineData("batch/v1", "Job", "batch/v1", "CronJob")]
    public void What_another_owner_controls_is_restored(string apiVersion, string kind, string ownerVersion, string owner) =>
        Assert.Null(new RuleCase().Prepare(Owned(apiVersion, kind, ownerVersion, owner, controller: true)).SkipRule);

    [Fact]
    public void A_claim_that_a_StatefulSet_owns_without_controlling_it_is_restored() =>
        Assert.Null(new RuleCase().Prepare(Owned("v1", "PersistentVolumeClaim", "apps/v1", "StatefulSet", controller: false)).SkipRule);

    [Fact]
    public void Endpoints_of_a_Service_with_a_selector_are_made_again()
    {
        const string endpoints = "{ apiVersion: v1, kind: Endpoints, metadata: { name: web, namespace: shop } }";

        Assert.Equal("owned-endpoints", With("selector: { app: web }").Prepare(endpoints).SkipRule);
        Assert.Null(With("ports: [{ port: 80 }]").Prepare(endpoints).SkipRule);
        Assert.Null(new RuleCase().Prepare(endpoints).SkipRule);
    }

    [Fact]
    public void Endpoints_that_the_controller_has_written_are_made_again_even_when_their_Service_is_not_in_the_point() =>
        Assert.Equal(
            "owned-endpoints",
            new RuleCase()
                .Prepare(
                    "{ apiVersion: v1, kind: Endpoints, metadata: { name: web, namespace: shop, annotations: { "
                        + "endpoints.kubernetes.io/last-change-trigger-time: x } } }"
                )
                .SkipRule
        );

    [Theory]
    [InlineData("endpointslice-controller.k8s.io")]
    [InlineData("endpointslicemirroring-controller.k8s.io")]
    public void Slices_that_a_controller_made_are_made_again(string manager) =>
        Assert.Equal(
            "owned-endpointslice",
            new RuleCase()
                .Prepare(
                    $"{{ apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {{ name: web-x, namespace: shop, labels: {{ "
                        + $"endpointslice.kubernetes.io/managed-by: {manager} }} }} }}"
                )
                .SkipRule
        );

    [Fact]
    public void A_slice_that_a_user_made_is_restored() =>
        Assert.Null(
            With("ports: [{ port: 80 }]")
                .Prepare(
                    "{ apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: { name: web-mine, namespace: shop, labels: { "
                        + "kubernetes.io/service-name: web } } }"
                )
                .SkipRule
        );

    private static RuleCase With(string serviceSpec) =>
        new() { Point = $"{{ apiVersion: v1, kind: Service, metadata: {{ name: web, namespace: shop }}, spec: {{ {serviceSpec} }} }}" };

    private static string Owned(string apiVersion, string kind, string ownerVersion, string owner, bool controller) =>
        $$"""
            apiVersion: {{apiVersion}}
            kind: {{kind}}
            metadata:
              name: web-1
              namespace: shop
              ownerReferences: [{ apiVersion: {{ownerVersion}}, kind: {{owner}}, name: web, uid: dead, controller: {{(
                controller ? "true" : "false"
            )}} }]
            """;
}
