using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.Restore.PlanDocuments;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;
using Holdfast.TestKit.Kubelet;
using Holdfast.TestKit.Restore;

namespace Holdfast.Restore.Tests.Applying;

/// <summary>A restore that waits, on the simulator with a fake kubelet; the rules are in tests/Restore/Readiness.</summary>
public sealed class ReadinessTests : IAsyncLifetime
{
    private static readonly ResourceType Namespaces = new("", "v1", "namespaces", "Namespace", false);
    private static readonly ResourceType Sets = new("apps", "v1", "statefulsets", "StatefulSet", true);
    private static readonly ResourceType Deployments = new("apps", "v1", "deployments", "Deployment", true);
    private static readonly ResourceType Jobs = new("batch", "v1", "jobs", "Job", true);
    private static readonly ResourceType Services = new("", "v1", "services", "Service", true);
    private static readonly ResourceType Pods = new("", "v1", "pods", "Pod", true);

    private SimulatedTestCluster cluster = null!;
    private FakeKubelet kubelet = null!;

    [Fact]
    public async Task Everything_is_awaited_and_its_times_are_reported()
    {
        kubelet.StartTime = TimeSpan.FromSeconds(1.5);

        var report = await RestoreAsync(
            Sample()
                .Add(Deployments, Workload("Deployment", "web", 2))
                .Add(Services, Service("front", "LoadBalancer"))
                .Add(
                    Jobs,
                    """{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"load","namespace":"shop"},"spec":{"template":{}}}"""
                ),
            seconds: 30
        );

        Assert.True(report.Complete, Said(report));
        var times = report.Timings!;
        Assert.InRange(times.ReadySeconds!.Value, 1.4, 20);
        Assert.Equal(times.ReadySeconds, times.RtoSeconds);
        Assert.InRange(times.WrittenSeconds, 0, times.ReadySeconds.Value);
        Assert.Equal([RestoreStage.Namespaces, RestoreStage.Services, RestoreStage.Workloads], times.Stages.Select(s => s.Stage).ToArray());
        Assert.Equal([null, true, true], times.Stages.Select(s => s.ReadySeconds is null ? (bool?)null : true).ToArray());
        Assert.Contains(times.Slowest[0].Name, new[] { "db", "load" });
        Assert.Equal(4, times.Slowest.Length);
        Assert.Empty(kubelet.Problems);
    }

    [Fact]
    public async Task What_isnt_ready_in_time_makes_the_restore_partial_and_says_why()
    {
        kubelet.Faults = (_, pod) => pod == "db-1" ? "ImagePullBackOff" : null;
        kubelet.Balances = (_, _) => false;

        var report = await RestoreAsync(Sample().Add(Services, Service("front", "LoadBalancer")), seconds: 2);

        Assert.False(report.Complete);
        Assert.Empty(report.Failures);
        var reasons = report.Incomplete.ToDictionary(i => i.Name, i => i.Reason);
        Assert.Equal(
            "it is restored, but wasn't ready when waiting ended: 1 of 2 replicas available; Pod db-1: container c: ImagePullBackOff: "
                + "the test's ImagePullBackOff",
            reasons["db"]
        );
        Assert.Equal("it is restored, but wasn't ready when waiting ended: its load balancer has no address", reasons["front"]);
        Assert.Equal((null, null), (report.Timings!.ReadySeconds, report.Timings.RtoSeconds));
        Assert.Equal(1, report.Timings.Stages.Single(s => s.Stage == RestoreStage.Workloads).NotReady);
    }

    [Fact]
    public async Task What_has_failed_is_not_waited_for_until_the_limit()
    {
        const string Failed = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"once","namespace":"shop"},"spec":{"containers":[{"name":"c","image":"i"}]}}
            """;
        kubelet.Evicts = (_, pod) => pod == "once";

        var report = await RestoreAsync(Sample().Add(Pods, Failed), seconds: 60);

        Assert.Equal(["once"], report.Incomplete.Select(i => i.Name).ToArray());
        Assert.EndsWith("Evicted: no memory", report.Incomplete[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_being_asked_nothing_is_awaited()
    {
        kubelet.Faults = (_, _) => "ImagePullBackOff";

        var report = await RestoreAsync(Sample(), seconds: null);

        Assert.True(report.Complete, Said(report));
        Assert.Equal((null, report.Timings!.WrittenSeconds), (report.Timings.ReadySeconds, report.Timings.RtoSeconds));
    }

    [Fact]
    public async Task Waiting_ends_with_each_budget_and_continues_in_another_process()
    {
        kubelet.Faults = (_, _) => "ImagePullBackOff";
        var (plan, store) = await PlanAsync(Sample(), seconds: 60);
        var journal = new ControlJournal(new MemoryDocuments(), "runs/r/");
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        RestoreCursor? next = RestoreCursor.Start;
        var waited = new List<RestoreAdvance>();

        while (next is not null)
        {
            // Each step is another process's: it has the plan, the outcomes and the cursor as it was written down, and nothing else.
            using var steps = new RestoreSteps(store, journal, TimeProvider.System);
            await steps.AdoptAsync(plan, default);
            var from = JsonSerializer.Deserialize<RestoreCursor>(JsonSerializer.Serialize(next))!;
            var advance = await steps.AdvanceAsync(target, from, TimeSpan.FromSeconds(0.3), default);
            next = advance.Next;
            if (next?.Move == RestoreMove.Ready)
                waited.Add(advance);
            if (waited.Count == 4)
                kubelet.Faults = (_, _) => null;
        }

        Assert.InRange(waited.Count, 4, 20);
        Assert.True(waited[3].Next!.Settled >= TimeSpan.FromSeconds(0.8), $"{waited[3].Next!.Settled}");
        Assert.Contains("statefulsets.apps shop/db (0 of 2 replicas available)", waited[2].Waiting!, StringComparison.Ordinal);
        using var reporting = new RestoreSteps(store, journal, TimeProvider.System);
        var report = await reporting.ReportAsync(TimeSpan.Zero, ended: true, default);
        Assert.True(report.Complete, Said(report));
        Assert.NotNull(report.Timings!.ReadySeconds);
    }

    [Fact]
    public async Task A_run_that_is_resumed_waits_again_for_what_wasnt_ready()
    {
        kubelet.Faults = (_, pod) => pod == "db-1" ? "ImagePullBackOff" : null;
        var (plan, store) = await PlanAsync(Sample().Add(Deployments, Workload("Deployment", "web", 1)), seconds: 1);
        var journal = new ControlJournal(new MemoryDocuments(), "runs/r/");
        var first = await RunAsync(plan, store, journal, resume: false);
        kubelet.Faults = (_, _) => null;

        var second = await RunAsync(plan, store, journal, resume: true);

        Assert.Equal(["db"], first.Incomplete.Select(i => i.Name).ToArray());
        Assert.True(second.Complete, Said(second));
        Assert.Equal(first.Counts, second.Counts);
    }

    [Fact]
    public async Task Hundreds_of_objects_cost_one_list_for_each_type_and_namespace()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster);
        var sample = Sample();
        for (var i = 0; i < 300; i++)
            sample.Add(Deployments, Workload("Deployment", $"web-{i}", 1));
        var (plan, store) = await PlanAsync(sample, seconds: 60);
        using var target = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        using var steps = new RestoreSteps(store, new ControlJournal(new MemoryDocuments(), "runs/r/"), TimeProvider.System);
        await steps.AdoptAsync(plan, default);
        RestoreCursor? next = RestoreCursor.Start;
        while (next is { Move: not RestoreMove.Ready })
            next = (await steps.AdvanceAsync(target, next, TimeSpan.FromMinutes(4), default)).Next;
        proxy.Requests.Clear();

        while (next is not null)
            next = (await steps.AdvanceAsync(target, next, TimeSpan.FromMinutes(4), default)).Next;

        Assert.DoesNotContain(proxy.Requests, r => r.Method != "GET");
        Assert.InRange(proxy.Requests.Count, 2, 30);
    }

    public async Task InitializeAsync()
    {
        cluster = await SimulatedTestCluster.StartAsync();
        kubelet = await FakeKubelet.StartAsync(cluster);
    }

    public async Task DisposeAsync()
    {
        await kubelet.DisposeAsync();
        await cluster.DisposeAsync();
    }

    private static SampleRestore Sample() =>
        new SampleRestore()
            .Add(Namespaces, """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}""")
            .Add(Sets, Workload("StatefulSet", "db", 2));

    private static string Workload(string kind, string name, int replicas) =>
        $$$$"""
            {"apiVersion":"apps/v1","kind":"{{{{kind}}}}","metadata":{"name":"{{{{name}}}}","namespace":"shop"},
             "spec":{"replicas":{{{{replicas}}}},"selector":{"matchLabels":{"app":"{{{{name}}}}"}},
             "template":{"metadata":{"labels":{"app":"{{{{name}}}}"}},"spec":{"containers":[{"name":"c","image":"i"}]}} } }
            """;

    private static string Service(string name, string type) =>
        $$$"""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"{{{name}}}","namespace":"shop"},
             "spec":{"type":"{{{type}}}","ports":[{"port":80}]}}
            """;

    private async Task<RestoreReport> RestoreAsync(SampleRestore sample, int? seconds)
    {
        var (plan, store) = await PlanAsync(sample, seconds);
        return await RunAsync(plan, store, new ControlJournal(new MemoryDocuments(), "runs/r/"), resume: false);
    }

    private async Task<RestoreReport> RunAsync(RestorePlan plan, MemoryStore store, ControlJournal journal, bool resume)
    {
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        using var steps = new RestoreSteps(store, journal, TimeProvider.System);
        await steps.AdoptAsync(plan, default);
        if (resume)
            await steps.TryFailedAgainAsync(default);
        for (RestoreCursor? next = RestoreCursor.Start; next is not null; )
            next = (await steps.AdvanceAsync(target, next, TimeSpan.FromMinutes(4), default)).Next;
        return await steps.ReportAsync(TimeSpan.Zero, ended: true, default);
    }

    private async Task<(RestorePlan Plan, MemoryStore Store)> PlanAsync(SampleRestore sample, int? seconds)
    {
        var store = new MemoryStore(TimeProvider.System);
        var point = await sample.WriteAsync(store);
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var request = SampleRestore.RequestFor(point) with { WaitSeconds = seconds };
        var plan = await sample.PlanAsync(point, (await ClusterIdentity.ReadAsync(target, default)).Uid, request);
        return (PlanDocument.Kept(plan), store);
    }

    private static string Said(RestoreReport report) =>
        string.Join("; ", report.Failures.Concat(report.Incomplete).Select(f => $"{f.Name}: {f.Reason}"));
}
