using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Restore;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

/// <summary>Parts of a point, restored into a cluster from which more than that part is gone.</summary>
[Collection(RoundTripCollection.Name)]
public sealed class SelectionRestoreTests(RoundTripFixture live)
{
    [SkippableFact]
    public async Task A_namespace_comes_with_what_it_needs_and_nothing_else()
    {
        using var cluster = new RoundTripCluster(live.ClusterWithControllers);
        await using var kinds = new EveryKind(cluster);
        var point = await WipedAsync(cluster, kinds);

        await RestoreAsync(cluster, point, new() { Namespaces = ["shop"] });

        await AssertThereAsync(
            cluster,
            [
                "v1 Namespace shop",
                "v1 ConfigMap shop/settings",
                "apps/v1 Deployment shop/web",
                "shop.example.com/v1 Widget shop/child",
                "v1 Secret shop/parent-key",
            ],
            [
                "v1 Namespace platform",
                "v1 ConfigMap platform/from-git",
                "admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration shop-checks",
            ]
        );
        await AssertThereAsync(
            cluster,
            [
                "apiextensions.k8s.io/v1 CustomResourceDefinition widgets.shop.example.com",
                "v1 PersistentVolume archive-disk",
                "scheduling.k8s.io/v1 PriorityClass shop-critical",
                "rbac.authorization.k8s.io/v1 ClusterRole widget-reader",
                "storage.k8s.io/v1 StorageClass slow",
                "networking.k8s.io/v1 IngressClass edge",
            ],
            ["rbac.authorization.k8s.io/v1 ClusterRole shop-everything", "node.k8s.io/v1 RuntimeClass sandboxed"]
        );
    }

    [SkippableFact]
    public async Task A_label_brings_its_objects_and_their_namespace()
    {
        using var cluster = new RoundTripCluster(live.ClusterWithControllers);
        await using var kinds = new EveryKind(cluster);
        var point = await WipedAsync(cluster, kinds);

        await RestoreAsync(cluster, point, new() { Namespaces = ["shop"], Labels = "app in (web,till)" });

        await AssertThereAsync(
            cluster,
            [
                "v1 Namespace shop",
                "v1 ConfigMap shop/settings",
                "apps/v1 Deployment shop/web",
                "v1 Service shop/web",
                "scheduling.k8s.io/v1 PriorityClass shop-critical",
            ],
            [
                "v1 ConfigMap shop/frozen",
                "v1 Service shop/headless",
                "v1 Namespace platform",
                "apiextensions.k8s.io/v1 CustomResourceDefinition widgets.shop.example.com",
            ]
        );
    }

    [SkippableFact]
    public async Task A_kind_and_a_name_bring_one_object_its_type_and_its_namespace()
    {
        using var cluster = new RoundTripCluster(live.ClusterWithControllers);
        await using var kinds = new EveryKind(cluster);
        var point = await WipedAsync(cluster, kinds);

        await RestoreAsync(cluster, point, new() { Names = ["widget/parent", "clusterrole/shop-everything"] });

        await AssertThereAsync(
            cluster,
            [
                "v1 Namespace shop",
                "apiextensions.k8s.io/v1 CustomResourceDefinition widgets.shop.example.com",
                "shop.example.com/v1 Widget shop/parent",
                "rbac.authorization.k8s.io/v1 ClusterRole shop-everything",
            ],
            [
                "shop.example.com/v1 Widget shop/child",
                "v1 Secret shop/parent-key",
                "v1 Namespace platform",
                "apiextensions.k8s.io/v1 CustomResourceDefinition gadgets.shop.example.com",
            ]
        );
    }

    private static async Task<RecoveryPointReader> WipedAsync(RoundTripCluster cluster, EveryKind kinds)
    {
        await kinds.SeedAsync();
        var point = await kinds.QuietPointAsync(new MemoryStore());
        await kinds.WipeAsync();
        return point;
    }

    private static async Task RestoreAsync(RoundTripCluster cluster, RecoveryPointReader point, RestoreSelection selection)
    {
        var plan = await cluster.PlanAsync(point, RoundTripCluster.RequestOf(point) with { Selection = selection });
        var report = await cluster.ApplyAsync(point, plan);
        Assert.True(report.Failures.IsEmpty, string.Join(Environment.NewLine, report.Failures));
    }

    /// <param name="there">Each as <c>apiVersion Kind namespace/name</c>.</param>
    private static async Task AssertThereAsync(RoundTripCluster cluster, string[] there, string[] absent)
    {
        foreach (var (text, expected) in there.Select(t => (t, true)).Concat(absent.Select(a => (a, false))))
        {
            var words = text.Split(' ');
            var (ns, name) = words[2].Split('/') is [var n, var o] ? (n, o) : (null, words[2]);
            Assert.True(
                await cluster.FindAsync(words[0], words[1], ns, name) is not null == expected,
                $"{text}: {(expected ? "not there" : "there")}"
            );
        }
    }
}
