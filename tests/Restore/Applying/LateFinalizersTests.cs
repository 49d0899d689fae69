using System.Diagnostics;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Kubelet;
using Holdfast.TestKit.Restore;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>Finalizers that come back after the controllers that serve them, on the simulator with a fake kubelet.</summary>
public sealed class LateFinalizersTests : IAsyncLifetime, IDisposable
{
    private const string Held = "/api/v1/namespaces/shop/configmaps/held";
    private static readonly ResourceType Namespaces = new("", "v1", "namespaces", "Namespace", false);
    private static readonly ResourceType Sets = new("apps", "v1", "statefulsets", "StatefulSet", true);
    private static readonly ResourceType ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true);

    private readonly ControlJournal journal = new(new MemoryDocuments(), "runs/r/");
    private SimulatedTestCluster cluster = null!;
    private FakeKubelet kubelet = null!;
    private ClusterRequests api = null!;

    [Fact]
    public async Task Without_being_asked_a_finalizer_comes_with_its_object()
    {
        await RestoreAsync(late: null, new());

        Assert.Equal(["kubernetes.io/kept", "example.com/hold"], await FinalizersAsync());
    }

    [Fact]
    public async Task Asked_for_it_comes_once_the_workloads_are_ready_and_until_then_only_Kubernetes_own()
    {
        kubelet.Faults = (_, _) => "ImagePullBackOff";
        var seen = new List<(RestoreMove, string)>();
        var clock = Stopwatch.StartNew();

        var report = await RestoreAsync(
            late: true,
            new(),
            async at =>
            {
                seen.Add((at.Move, string.Join(' ', await FinalizersAsync())));
                if (at.Move == RestoreMove.Finalizers)
                    Assert.True(at.Settled <= clock.Elapsed, "the same time is counted twice");
                if (seen.Count(s => s.Item1 == RestoreMove.Finalizers) == 2)
                    kubelet.Faults = (_, _) => null;
            }
        );

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.True(report.Notes.IsEmpty, $"{string.Join("; ", report.Notes)} after {string.Join(", ", seen)}");
        Assert.All(seen.Where(s => s.Item1 == RestoreMove.Finalizers), s => Assert.Equal("kubernetes.io/kept", s.Item2));
        Assert.Equal(["kubernetes.io/kept", "example.com/hold"], await FinalizersAsync());
    }

    [Fact]
    public async Task A_workload_that_never_is_ready_is_named_and_keeps_no_finalizer_back()
    {
        kubelet.Faults = (_, _) => "ImagePullBackOff";

        var report = await RestoreAsync(late: true, new() { Controllers = TimeSpan.FromSeconds(1) });

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.Contains("statefulsets.apps/db in shop: finalizers came back although it wasn't ready", Assert.Single(report.Notes));
        Assert.Equal(["kubernetes.io/kept", "example.com/hold"], await FinalizersAsync());
    }

    [Fact]
    public async Task An_object_that_is_deleted_meanwhile_gets_none()
    {
        var report = await RestoreAsync(
            late: true,
            new(),
            async at =>
            {
                if (at.Move == RestoreMove.Finalizers)
                    await api.DeleteAsync(Held);
            }
        );

        Assert.Equal(["kubernetes.io/kept"], await FinalizersAsync());
        Assert.Empty(report.Failures);
    }

    [Fact]
    public async Task One_that_may_not_be_written_leaves_the_restore_incomplete()
    {
        var report = await RestoreAsync(
            late: true,
            new(),
            at =>
            {
                if (at.Move == RestoreMove.Finalizers)
                    cluster.Simulator.Deny("configmaps", "patch");
                return Task.CompletedTask;
            }
        );

        Assert.False(report.Complete);
        Assert.Equal(["kubernetes.io/kept"], await FinalizersAsync());
    }

    public async Task InitializeAsync()
    {
        cluster = await SimulatedTestCluster.StartAsync();
        kubelet = await FakeKubelet.StartAsync(cluster);
        api = new(cluster.Endpoint);
    }

    public void Dispose() => api.Dispose();

    public async Task DisposeAsync()
    {
        await kubelet.DisposeAsync();
        await cluster.DisposeAsync();
    }

    private async Task<RestoreReport> RestoreAsync(bool? late, ApplyLimits limits, Func<RestoreCursor, Task>? between = null)
    {
        var sample = new SampleRestore()
            .Add(Namespaces, """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""")
            .Add(
                ConfigMaps,
                """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"held","namespace":"shop",
                 "finalizers":["kubernetes.io/kept","example.com/hold"]}}
                """
            )
            .Add(
                Sets,
                """
                {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"shop"},
                 "spec":{"replicas":1,"selector":{"matchLabels":{"app":"db"}},
                 "template":{"metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}
                """
            );
        var store = new MemoryStore(TimeProvider.System);
        var point = await sample.WriteAsync(store);
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var request = SampleRestore.RequestFor(point) with { LateFinalizers = late };
        var plan = PlanDocument.Kept(await sample.PlanAsync(point, (await ClusterIdentity.ReadAsync(target, default)).Uid, request));
        for (RestoreCursor? next = RestoreCursor.Start; next is not null; )
        {
            // Each step is another process's, as in the service.
            using var steps = new RestoreSteps(store, journal, TimeProvider.System, limits: limits);
            await steps.AdoptAsync(plan, default);
            var from = JsonSerializer.Deserialize<RestoreCursor>(JsonSerializer.Serialize(next))!;
            next = (await steps.AdvanceAsync(target, from, TimeSpan.FromSeconds(1.2), default)).Next;
            if (next is not null && between is not null)
                await between(next);
        }
        using var reporting = new RestoreSteps(store, journal, TimeProvider.System, limits: limits);
        return await reporting.ReportAsync(TimeSpan.Zero, ended: true, default);
    }

    private async Task<List<string>> FinalizersAsync()
    {
        var answer = await api.GetAsync(Held);
        return answer.Body.Object("metadata").Array("finalizers")?.Select(f => (string)f!).ToList() ?? [];
    }
}
