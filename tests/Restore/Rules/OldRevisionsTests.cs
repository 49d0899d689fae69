namespace Holdfast.Restore.Tests.Rules;

/// <summary>
/// What a controller makes again is the present template only: what runs something else is restored, or its loss is said.
/// </summary>
public sealed class OldRevisionsTests
{
    [Theory]
    [InlineData("owned-replicaset", "new", 2, "")]
    [InlineData("owned-replicaset", "new", 0, "paused: true, ")]
    [InlineData(null, "new", 2, "paused: true, ")]
    [InlineData(null, "old", 2, "paused: true, ")]
    [InlineData(null, "old", 1, "")]
    [InlineData("owned-old-replicaset", "old", 0, "")]
    [InlineData("owned-old-replicaset", "old", 0, "paused: true, ")]
    public void A_ReplicaSet_is_left_to_its_Deployment_only_where_that_makes_it_again(
        string? rule,
        string image,
        int replicas,
        string deployment
    ) => Assert.Equal(rule, Deployed(deployment).Prepare(Set(image, replicas)).SkipRule);

    [Fact]
    public void A_Deployment_that_is_in_the_target_keeps_its_own_history() =>
        Assert.Equal("owned-replicaset", (Deployed("paused: true, ") with { OwnerIsCreated = false }).Prepare(Set("old", 2)).SkipRule);

    [Fact]
    public void A_ReplicaSet_that_came_after_the_point_is_none_of_its_own() =>
        Assert.Equal("owned-old-replicaset", Deployed("").Prepare(Set("newer", 2, revision: 8)).SkipRule);

    [Theory]
    [InlineData("StatefulSet", "controller-revision-hash: web-old", true)]
    [InlineData("StatefulSet", "controller-revision-hash: web-new", false)]
    [InlineData("StatefulSet", "app: web", false)]
    [InlineData("DaemonSet", "pod-template-generation: '3'", true)]
    [InlineData("DaemonSet", "pod-template-generation: '4'", false)]
    public void A_Pod_of_an_older_revision_comes_back_before_its_owner(string owner, string label, bool old)
    {
        var prepared = Updating.Prepare(Pod(owner, label));

        Assert.Equal((old ? null : "owned-pod", old), (prepared.SkipRule, prepared.Early));
        Assert.Equal(old, prepared.Warnings.Any(w => w.ToString().Contains($"{owner} web", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_Pod_of_an_older_revision_is_left_to_an_owner_that_is_there() =>
        Assert.Equal(
            "owned-pod",
            (Updating with { OwnerIsCreated = false }).Prepare(Pod("StatefulSet", "controller-revision-hash: web-old")).SkipRule
        );

    [Theory]
    [InlineData("web-old", null)]
    [InlineData("web-new", "owned-controllerrevision")]
    [InlineData("web-ancient", "owned-controllerrevision")]
    public void The_revision_that_Pods_still_run_is_restored(string name, string? rule) =>
        Assert.Equal(
            rule,
            Updating
                .Prepare(
                    $$"""
                    apiVersion: apps/v1
                    kind: ControllerRevision
                    metadata: { name: {{name}}, namespace: shop, ownerReferences: [{ apiVersion: apps/v1, kind: StatefulSet, name: web,
                      uid: dead, controller: true }] }
                    """
                )
                .SkipRule
        );

    private static RuleCase Deployed(string spec) =>
        new()
        {
            Point = $$"""
                apiVersion: apps/v1
                kind: Deployment
                metadata: { name: web, namespace: shop, annotations: { deployment.kubernetes.io/revision: '7' } }
                spec: { {{spec}}template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: c, image: new }] } } }
                """,
        };

    private static readonly RuleCase Updating = new()
    {
        Point = """
            { apiVersion: apps/v1, kind: StatefulSet, metadata: { name: web, namespace: shop }, status: { currentRevision: web-old,
              updateRevision: web-new } }
            ---
            { apiVersion: apps/v1, kind: DaemonSet, metadata: { name: web, namespace: shop,
              annotations: { deprecated.daemonset.template.generation: '4' } } }
            """,
    };

    private static string Set(string image, int replicas, int revision = 6) =>
        $$"""
            apiVersion: apps/v1
            kind: ReplicaSet
            metadata:
              name: web-1
              namespace: shop
              annotations: { deployment.kubernetes.io/revision: '{{revision}}' }
              ownerReferences: [{ apiVersion: apps/v1, kind: Deployment, name: web, uid: dead, controller: true }]
            spec:
              replicas: {{replicas}}
              template: { metadata: { creationTimestamp: null, labels: { app: web, pod-template-hash: '1' } },
                spec: { containers: [{ name: c, image: {{image}} }] } }
            """;

    private static string Pod(string owner, string label) =>
        $$"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: web-0
              namespace: shop
              labels: { {{label}} }
              ownerReferences: [{ apiVersion: apps/v1, kind: {{owner}}, name: web, uid: dead, controller: true }]
            spec: { containers: [] }
            """;
}
