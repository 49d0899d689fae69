using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Restore;
using Holdfast.Restore.Comparing;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.RoundTrip;

[Collection(RoundTripCollection.Name)]
public sealed class EveryKindTests(RoundTripFixture live)
{
    /// <summary>What doesn't come back as it was, with the rule of docs/restore.md that says so.</summary>
    private static readonly (string Rule, string Key)[] Otherwise =
    [
        // Never wiped and never restored; the longer it is silent, the more taints it is given.
        ("never-nodes", "nodes /worker-1"),
        ("pod-finished", "pods shop/done"),
        ("pod-mirror", "pods platform/mirrored"),
        ("pod-network-annotations", "pods shop/bare"),
        ("job-finished", "jobs.batch shop/finished"),
        ("never-leases", "leases.coordination.k8s.io shop/held-lock"),
        ("volume-not-adopted", "persistentvolumes /scratch-disk"),
        ("claim-volume", "persistentvolumeclaims shop/scratch"),
        ("crd-preserve-unknown", "customresourcedefinitions.apiextensions.k8s.io /relics.old.example.com"),
    ];

    /// <summary>What is another cluster's own, besides.</summary>
    private static readonly (string Rule, string Key)[] OfTheOtherCluster =
    [
        ("owned-pod", "pods platform/agent-?"),
        ("never-kubernetes-service", "endpoints default/kubernetes"),
        ("never-kubernetes-service", "services default/kubernetes"),
        ("never-kubernetes-service", "endpointslices.discovery.k8s.io default/kubernetes"),
        ("never-system-namespaces", "configmaps kube-system/extension-apiserver-authentication"),
    ];

    /// <summary>The keys of <see cref="PointContent"/> that a restore may leave different.</summary>
    public static IEnumerable<string> ComesOtherwise => Otherwise.Select(o => o.Key);

    [SkippableFact]
    public async Task A_wiped_cluster_comes_back_equal_but_for_what_the_rules_name()
    {
        using var cluster = new RoundTripCluster(live.ClusterWithControllers);
        var vault = new MemoryStore();
        await using var kinds = new EveryKind(cluster);
        await kinds.SeedAsync();
        var before = await kinds.QuietPointAsync(vault);
        using var witness = new TypedReads(cluster.Live.KubeconfigPath);
        var seen = await witness.ReadAsync();
        await kinds.WipeAsync();

        var plan = await cluster.PlanAsync(before, RoundTripCluster.RequestOf(before) with { Status = true });
        var report = await cluster.ApplyAsync(before, plan);

        Assert.True(report.Failures.IsEmpty, string.Join(Environment.NewLine, report.Failures));
        var after = await kinds.EqualPointAsync(vault, before, ComesOtherwise);
        await AssertProductAgreesAsync(before, after);
        AssertWitnessAgrees(seen, await witness.ReadAsync());
    }

    [SkippableFact]
    public async Task Another_empty_cluster_becomes_equal_but_for_what_the_rules_name()
    {
        using var source = new RoundTripCluster(live.ClusterWithControllers);
        var vault = new MemoryStore();
        await using var kinds = new EveryKind(source);
        await kinds.SeedAsync();
        var before = await kinds.QuietPointAsync(vault);
        await using var empty = await LiveCluster.StartAsync(new() { DisableAdmission = "" });
        using var target = new RoundTripCluster(empty);

        // the captured cluster is given up: its volumes are attached in the other one
        var request = RoundTripCluster.RequestOf(before) with
        {
            Status = true,
            IntoOtherCluster = true,
            AdoptVolumes = true,
        };
        var plan = await target.PlanAsync(before, request);
        var report = await target.ApplyAsync(before, plan);

        Assert.True(report.Failures.IsEmpty, string.Join(Environment.NewLine, report.Failures));
        await new EveryKind(target).EqualPointAsync(
            new MemoryStore(),
            before,
            [.. ComesOtherwise, .. OfTheOtherCluster.Select(o => o.Key)]
        );
    }

    private static void AssertWitnessAgrees(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        // Of each kind that is read something was there.
        Assert.Equal(TypedReads.Kinds, before.Keys.Select(k => k.Split(' ')[0]).Distinct().Count());
        var differences = TypedReads.Differences(before, after);
        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    private static async Task AssertProductAgreesAsync(RecoveryPointReader before, RecoveryPointReader after)
    {
        var changed = new List<string>();
        await foreach (var change in PointDiff.Between(before, after, new RestoreSelection()).ChangesAsync(default))
            changed.Add($"{change.Kind} {change.Resource} {change.Namespace}/{change.Name} {string.Join(", ", change.Diff)}");
        changed.RemoveAll(c =>
            c.Contains($" leases.coordination.k8s.io kube-system/{PointContent.ServersLease}", StringComparison.Ordinal)
            // Under its old name it is gone, and another one has come.
            || c.Contains(" volumesnapshotcontents.snapshot.storage.k8s.io /snapcontent-", StringComparison.Ordinal)
        );
        changed.RemoveAll(c => Otherwise.Any(o => c.Contains($" {o.Key}", StringComparison.Ordinal)));
        Assert.True(changed.Count == 0, string.Join(Environment.NewLine, changed));
    }
}
