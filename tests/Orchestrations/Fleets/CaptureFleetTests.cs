using System.Collections.Concurrent;
using Holdfast.Archive.Format;
using Holdfast.Clusters;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Tests.Fleets;

public sealed class CaptureFleetTests : IAsyncLifetime
{
    private SimulatedFleet fleet = null!;

    public async Task InitializeAsync() => fleet = await SimulatedFleet.StartAsync("one", "two", "three");

    public async Task DisposeAsync() => await fleet.DisposeAsync();

    [Fact]
    public async Task A_cluster_that_refuses_one_that_denies_a_permission_and_a_healthy_one_each_have_their_own_outcome()
    {
        using var refused = fleet["one"].Inject(new("") { Status = 401 });
        fleet["two"].Deny("secrets", "list");
        var order = Order("one", "two", "three");

        var report = await fleet.RunAsync(order);

        Assert.Equal((RunKind.Fleet, RunState.Partial), (report.Kind, report.State));
        Assert.Equal(
            [("one", RunState.Failed), ("three", RunState.Succeeded), ("two", RunState.Partial)],
            report.Clusters.Select(c => (c.Cluster.ToString(), c.State))
        );
        Assert.Contains("401", report.Clusters[0].Reason);
        Assert.Contains("secrets", report.Clusters[2].Reason);
        Assert.Equal(RunState.Succeeded, (await fleet.Reports.ReadAsync(order.Run.Of(ClusterName.Parse("three")), default))!.State);
        Assert.True((await fleet.VerifyAsync("three")).Intact);
    }

    [Fact]
    public async Task A_cluster_that_can_not_be_opened_at_all_fails_alone()
    {
        fleet.Opening = (name, _) =>
            name.ToString() == "two" ? throw new ClusterException(ClusterFailure.Unreachable, "no route to it") : Task.CompletedTask;
        var order = Order("one", "two");

        var report = await fleet.RunAsync(order);

        Assert.Equal([RunState.Succeeded, RunState.Failed], report.Clusters.Select(c => c.State));
        Assert.Contains("no route to it", report.Clusters[1].Reason);
    }

    [Fact]
    public async Task A_fleet_of_hundreds_is_captured_a_few_at_a_time()
    {
        const int concurrency = 7;
        var names = Enumerable.Range(0, 230).Select(i => $"c{i:000}").ToArray();
        foreach (var name in names)
            fleet.Alias(name, "one");
        var begun = new ConcurrentDictionary<ClusterName, bool>();
        var most = 0;
        var order = Order(names) with { Concurrency = concurrency };
        fleet.Opening = async (name, _) =>
        {
            begun[name] = true;
            var going = 0;
            foreach (var one in begun.Keys)
                going += await fleet.Reports.ReadAsync(order.Run.Of(one), default) is null ? 1 : 0;
            most = Math.Max(most, going);
        };

        var report = await fleet.RunAsync(order);

        Assert.Equal(RunState.Succeeded, report.State);
        Assert.Equal(names, report.Clusters.Select(c => c.Cluster.ToString()));
        Assert.All(report.Clusters, c => Assert.NotNull(c.Point));
        Assert.InRange(most, 2, concurrency);
    }

    [Fact]
    public async Task A_cancelled_fleet_stops_running_captures_begins_no_more_and_reports_each_cluster()
    {
        using var slow = fleet["two"].Inject(new("/configmaps?") { After = 1, Delay = TimeSpan.FromMinutes(5) });
        var order = Order("one", "two", "three") with { Concurrency = 1 };
        await using var hub = await fleet.HubAsync();
        await fleet.StartAsync(hub, order);
        await Until.TrueAsync(() => slow.Struck > 0);

        await hub.Client.RaiseEventAsync(order.Run.ToString(), RunEvents.Cancel, new Cancellation("a person"));
        var report = await fleet.EndAsync(hub, order.Run);

        Assert.Equal((RunState.Cancelled, "a person"), (report.State, report.Cancelled!.By));
        Assert.Equal(
            [RunState.Succeeded, RunState.Cancelled, RunState.Cancelled],
            report.Clusters.OrderBy(c => Array.IndexOf(["one", "two", "three"], c.Cluster.ToString())).Select(c => c.State)
        );
        Assert.Contains(report.Clusters, c => c.Reason == "not begun");
    }

    [Fact]
    public async Task Reports_are_listed_newest_first_page_by_page_and_parts_only_where_they_are_asked_for()
    {
        var orders = new List<FleetOrder>();
        for (var i = 0; i < 3; i++)
        {
            orders.Add(Order("one", "two"));
            await fleet.RunAsync(orders[^1]);
        }

        var first = await fleet.Reports.ListAsync(new(), null, 2, default);
        var second = await fleet.Reports.ListAsync(new(), first.Next, 2, default);
        var ofTwo = await fleet.Reports.ListAsync(new(Cluster: ClusterName.Parse("two")), null, 10, default);

        Assert.Equal([orders[2].Run, orders[1].Run, orders[0].Run], first.Runs.Concat(second.Runs).Select(r => r.Run));
        Assert.Null(second.Next);
        Assert.Equal(3, ofTwo.Runs.Count);
        Assert.All(ofTwo.Runs, r => Assert.Equal("two", r.Cluster.ToString()));
    }

    private FleetOrder Order(params string[] names) =>
        new()
        {
            Run = fleet.NewRun(),
            Clusters = [.. names.Select(ClusterName.Parse)],
            Request = new(),
            RequestedBy = "tests",
            Attempts = 1,
        };
}
