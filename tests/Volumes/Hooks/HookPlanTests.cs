using FsCheck;
using FsCheck.Fluent;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Executing;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Volumes.Tests.Hooks;

public sealed class HookPlanTests
{
    [Fact]
    public void The_order_of_pods_is_that_of_their_numbers_then_names_however_they_come()
    {
        var pods =
            from order in Gen.Choose(-2, 2)
            from ns in Gen.Elements("a", "b", "B")
            from name in Gen.Elements("x", "y", "x-1", "X")
            select new PodHooks(ns, name, order, [], [], []);
        var property = Prop.ForAll(
            pods.ListOf().Select(l => l.DistinctBy(p => p.Name).ToList()).ToArbitrary(),
            Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
            (list, seed) =>
            {
                var shuffled = list.ToArray();
                new System.Random(seed).Shuffle(shuffled);
                var planned = HookPlan.Of(shuffled).Pods;
                return planned.SequenceEqual(HookPlan.Of(list).Pods)
                    && planned.Length == list.Count
                    && planned.Zip(planned.Skip(1)).All(pair => Compare(pair.First, pair.Second) < 0);
            }
        );

        property.QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Hooks_are_read_from_a_clusters_running_pods_in_scope()
    {
        await using var server = await ExecEndpoint.StartAsync(_ => new());
        server.Pods = """
            { "kind": "PodList", "apiVersion": "v1", "metadata": { "resourceVersion": "1" }, "items": [
              { "metadata": { "namespace": "shop", "name": "db-1", "uid": "1", "annotations": { "pre.hook.holdfast.dev/command": "sync" } },
                "spec": { "containers": [ { "name": "db" } ] }, "status": { "phase": "Running" } },
              { "metadata": { "namespace": "shop", "name": "db-0", "uid": "2", "annotations": { "pre.hook.holdfast.dev/command": "sync" } },
                "spec": { "containers": [ { "name": "db" } ] }, "status": { "phase": "Running" } },
              { "metadata": { "namespace": "shop", "name": "db-2", "uid": "3", "annotations": { "pre.hook.holdfast.dev/command": "sync" } },
                "spec": { "containers": [ { "name": "db" } ] }, "status": { "phase": "Pending" } },
              { "metadata": { "namespace": "shop", "name": "web", "uid": "4" },
                "spec": { "containers": [ { "name": "web" } ] }, "status": { "phase": "Running" } },
              { "metadata": { "namespace": "bank", "name": "db", "uid": "5", "annotations": { "pre.hook.holdfast.dev/command": "sync" } },
                "spec": { "containers": [ { "name": "db" } ] }, "status": { "phase": "Running" } } ] }
            """;
        using var connection = new ClusterConnection(server.Endpoint, TimeProvider.System);

        var plan = await HookPlan.ReadAsync(connection, new(null), ["shop"], pod => pod.Namespace == "shop", default);

        Assert.Equal(["shop/db-0", "shop/db-1"], plan.Pods.Select(p => p.Name));
    }

    private static int Compare(PodHooks a, PodHooks b) =>
        (a.Order.CompareTo(b.Order), string.CompareOrdinal(a.Namespace, b.Namespace), string.CompareOrdinal(a.Pod, b.Pod)) switch
        {
            (0, 0, var name) => name,
            (0, var ns, _) => ns,
            (var order, _, _) => order,
        };
}
