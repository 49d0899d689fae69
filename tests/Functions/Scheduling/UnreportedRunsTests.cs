using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.Clusters.Connections;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Functions.App;
using Holdfast.Functions.Scheduling;
using Holdfast.Functions.Settings;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Unreported;
using Holdfast.TestKit.Stores;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Functions.Tests.Scheduling;

/// <summary>
/// Runs that end in the engine without a report. Their clusters never answer, so that a run is running until someone ends it.
/// </summary>
public sealed class UnreportedRunsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private static readonly ClusterName Prod = ClusterName.Parse("prod");
    private static readonly PolicyName Hourly = PolicyName.Parse("hourly");

    private readonly SettableTime time = new(Noon.AddMinutes(-1));
    private readonly MemoryDocuments control = new();
    private HoldfastApp App { get; set; } = null!;
    private EmbeddedEngine hub = null!;

    private UnreportedRuns Unreported => new(App.Workspace, hub.Client, NullLogger.Instance);

    private RunReports Reports => new(control, time);

    public async Task InitializeAsync()
    {
        var stopping = new CancellationTokenSource();
        var environment = new RunEnvironment(NeverAsync, new MemoryStore(), control, time)
        {
            Limits = RunLimits.Default with { CancellationInterval = TimeSpan.FromMilliseconds(50) },
            Stopping = stopping.Token,
        };
        App = new(new AppSettings(_ => null), environment, [], time, NullLoggerFactory.Instance);
        hub = await EmbeddedEngine.StartAsync(App, stopping, time);
    }

    public async Task DisposeAsync()
    {
        await hub.DisposeAsync();
        await App.DisposeAsync();
    }

    [Fact]
    public async Task A_run_that_was_terminated_in_the_engine_has_a_report_that_says_so()
    {
        var run = await StartAsync();
        await TerminateAsync(run.ToString());

        Assert.True(await Unreported.ReportStoredAsync(default));

        var report = (await Reports.ReadAsync(run, default))!;
        Assert.Equal((RunState.Cancelled, "tests", (ClusterName?)Prod), (report.State, report.RequestedBy, report.Cluster));
        Assert.Contains("enough of it", report.Failure!.Message);
        Assert.Empty(await App.Orders.ListAsync(default).ToListAsync());
    }

    [Fact]
    public async Task A_run_that_is_still_running_is_left_alone()
    {
        var run = await StartAsync();
        time.Now += TimeSpan.FromDays(3);

        Assert.True(await Unreported.ReportStoredAsync(default));

        Assert.Null(await Reports.ReadAsync(run, default));
        Assert.Single(await App.Orders.ListAsync(default).ToListAsync());
    }

    [Fact]
    public async Task A_run_that_the_engine_does_not_know_is_reported_as_lost_once_it_can_no_longer_be_on_its_way()
    {
        var run = await StartAsync();
        await TerminateAsync(run.ToString());
        Assert.Equal(1, (await hub.Client.PurgeInstanceAsync(run.ToString())).PurgedInstanceCount);

        await Unreported.ReportStoredAsync(default);
        Assert.Null(await Reports.ReadAsync(run, default));
        time.Now += UnreportedRuns.Grace + TimeSpan.FromSeconds(1);
        await Unreported.ReportStoredAsync(default);

        var report = (await Reports.ReadAsync(run, default))!;
        Assert.Equal((RunState.Failed, FailureCode.Lost), (report.State, report.Failure!.Code));
        Assert.Contains("purged", report.Failure.Message);
    }

    [Fact]
    public async Task An_order_that_can_not_be_read_keeps_no_other_run_from_its_report()
    {
        await control.PutAsync("orders/20000101T000000Z-00000000.json", "no order"u8.ToArray(), default);
        var run = await StartAsync();
        await TerminateAsync(run.ToString());

        Assert.True(await Unreported.ReportStoredAsync(default));

        Assert.NotNull(await Reports.ReadAsync(run, default));
    }

    [Fact]
    public async Task An_order_that_can_not_be_read_does_not_end_the_housekeeping_either()
    {
        var (broken, run) = (await StartAsync(), await StartAsync());
        await control.PutAsync($"orders/{broken}.json", "no order"u8.ToArray(), default);
        await TerminateAsync(broken.ToString());
        await TerminateAsync(run.ToString());

        await Timers.HousekeepAsync(App, hub.Client, default);

        Assert.Equal(RunState.Cancelled, (await Reports.ReadAsync(run, default))!.State);
        Assert.Equal(RunState.Cancelled, (await Reports.ReadAsync(broken, default))!.State);
    }

    [Fact]
    public async Task A_report_that_can_not_be_used_is_left_as_it_is_and_logged_once()
    {
        var run = await StartAsync();
        await TerminateAsync(run.ToString());
        await control.PutAsync(RunReports.PathOf(run), "no report"u8.ToArray(), default);

        Assert.True(await Unreported.ReportStoredAsync(default));
        await Unreported.ReportEndedAsync(default);

        Assert.Equal("no report"u8.ToArray(), (await control.ReadAsync(RunReports.PathOf(run), default))!.Content.ToArray());
        Assert.Equal(RunReports.PathOf(run), Assert.Single(control.Unusable.All).Path);
    }

    [Fact]
    public async Task A_policys_run_whose_order_can_not_be_read_keeps_its_clusters_from_nothing()
    {
        await PolicyAsync();
        await TickAsync(Noon.AddMinutes(-1));
        await TickAsync(Noon);
        var first = await StartedAsync(null);
        await control.PutAsync($"orders/{first}.json", "no order"u8.ToArray(), default);

        await TickAsync(Noon.AddHours(1));

        var second = await StartedAsync(first);
        Assert.Equal(Prod, Assert.Single((await App.Orders.FindAsync(second, default))!.Fleet!.Clusters));
    }

    [Fact]
    public async Task A_run_that_the_engine_can_not_read_keeps_no_other_from_its_report()
    {
        var unreadable = await StartAsync();
        time.Now += TimeSpan.FromSeconds(1);
        var run = await StartAsync();
        await TerminateAsync(unreadable.ToString());
        await TerminateAsync(run.ToString());

        var engine = new PartlyReadableEngine(hub.Client, unreadable.ToString());
        Assert.False(await new UnreportedRuns(App.Workspace, engine, NullLogger.Instance).ReportStoredAsync(default));

        Assert.NotNull(await Reports.ReadAsync(run, default));
        Assert.Null(await Reports.ReadAsync(unreadable, default));
    }

    [Fact]
    public async Task An_engine_that_can_not_be_asked_reports_no_run()
    {
        var run = await StartAsync();
        await hub.DisposeAsync();

        Assert.False(await Unreported.ReportStoredAsync(default));

        Assert.Null(await Reports.ReadAsync(run, default));
    }

    [Fact]
    public async Task A_policys_run_that_was_terminated_frees_its_clusters_at_the_next_tick()
    {
        await PolicyAsync();
        await TickAsync(Noon.AddMinutes(-1));
        await TickAsync(Noon);
        var first = await StartedAsync(null);
        await TickAsync(Noon.AddHours(1));
        Assert.Equal(RunState.Skipped, Assert.Single((await Reports.ListAsync(new(), null, 10, default)).Runs).State);

        await TerminateAsync(first.ToString());
        await TickAsync(Noon.AddHours(2));

        var second = await StartedAsync(first);
        var order = (await App.Orders.FindAsync(second, default))!.Fleet!;
        Assert.Equal(Prod, Assert.Single(order.Clusters));
        Assert.Empty(order.Busy);
        Assert.Equal(RunState.Cancelled, (await Reports.ReadAsync(first, default))!.State);
    }

    [Fact]
    public async Task A_policys_run_that_was_terminated_without_its_parts_keeps_their_clusters_until_they_end()
    {
        await PolicyAsync();
        await TickAsync(Noon.AddMinutes(-1));
        await TickAsync(Noon);
        var first = await StartedAsync(null);
        await TerminateAsync(first.ToString(), recursive: false);
        await TickAsync(Noon.AddHours(1));
        Assert.Equal(RunState.Running, Assert.Single((await Reports.ReadAsync(first, default))!.Clusters).State);
        Assert.Equal(first, Assert.Single((await Orchestrations.Scheduling.PolicyRuns.ReadAsync(control, Hourly, default))!.Open));

        await TerminateAsync(first.Of(Prod).ToString());
        await Timers.HousekeepAsync(App, hub.Client, default);
        await TickAsync(Noon.AddHours(2));

        await StartedAsync(first);
        Assert.Equal(RunState.Cancelled, Assert.Single((await Reports.ReadAsync(first, default))!.Clusters).State);
    }

    [Fact]
    public async Task A_clusters_part_that_was_terminated_is_reported_by_the_housekeeping_and_its_fleet_with_it()
    {
        var run = App.NewRun();
        var order = new FleetOrder
        {
            Run = run,
            Clusters = [Prod, ClusterName.Parse("other")],
            Request = new(),
            RequestedBy = "tests",
            Attempts = 1,
        };
        await App.Orders.StartAsync(hub.Client, at => new(at) { Fleet = order }, default);
        await IsRunningAsync(run.Of(Prod).ToString());
        await TerminateAsync(run.Of(Prod).ToString());

        await Timers.HousekeepAsync(App, hub.Client, default);
        Assert.Equal(RunState.Cancelled, (await Reports.ReadAsync(run.Of(Prod), default))!.State);
        Assert.Null(await Reports.ReadAsync(run, default));
        await TerminateAsync(run.ToString());
        await Timers.HousekeepAsync(App, hub.Client, default);
        await UntilAsync(async () => (await hub.Client.GetInstanceAsync(run.Of(order.Clusters[1]).ToString(), default))!.IsCompleted);
        await Timers.HousekeepAsync(App, hub.Client, default);

        var report = (await Reports.ReadAsync(run, default))!;
        Assert.Equal(RunState.Cancelled, report.State);
        Assert.All(report.Clusters, part => Assert.Equal(RunState.Cancelled, part.State));
        Assert.All(report.Clusters, part => Assert.Contains("enough of it", part.Reason));
    }

    private async Task<RunId> StartAsync()
    {
        var run = App.NewRun();
        await App.Orders.StartAsync(
            hub.Client,
            at =>
                new(at)
                {
                    Capture = new()
                    {
                        Run = run,
                        Cluster = Prod,
                        RequestedBy = "tests",
                        Attempts = 1,
                        Request = new(),
                    },
                },
            default
        );
        await IsRunningAsync(run.ToString());
        return run;
    }

    private Task IsRunningAsync(string instance) =>
        UntilAsync(async () => (await hub.Client.GetInstanceAsync(instance, default))?.RuntimeStatus is OrchestrationRuntimeStatus.Running);

    /// <param name="recursive">The parts of a fleet too.</param>
    private async Task TerminateAsync(string instance, bool recursive = true)
    {
        await hub.Client.TerminateInstanceAsync(instance, new TerminateInstanceOptions("enough of it", recursive));
        await hub.Client.WaitForInstanceCompletionAsync(instance, default).WaitAsync(TimeSpan.FromMinutes(1));
    }

    private async Task PolicyAsync()
    {
        var documents = new ControlDocuments(control);
        await documents.CreateClusterAsync(
            new()
            {
                Name = Prod,
                Endpoint = new("http://127.0.0.1:1"),
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add("env", "prod"),
                Authentication = new() { TokenFile = new("/var/run/token") },
            },
            default
        );
        await documents.CreatePolicyAsync(
            new()
            {
                Name = Hourly,
                Clusters = new() { Selector = "env=prod" },
                Schedule = new("0 * * * *"),
            },
            default
        );
    }

    /// <summary>A minute's tick, until it has settled what it starts.</summary>
    private async Task TickAsync(DateTimeOffset now)
    {
        time.Now = now;
        await Timers.ScheduleAsync(App, hub.Client, default);
        await UntilAsync(async () => (await Orchestrations.Scheduling.PolicyRuns.ReadAsync(control, Hourly, default))?.Tick == now);
    }

    /// <summary>The policy's run that is still running, other than that one.</summary>
    private async Task<RunId> StartedAsync(RunId? other)
    {
        RunId? started = null;
        await UntilAsync(async () =>
        {
            var runs = await Orchestrations.Scheduling.PolicyRuns.ReadAsync(control, Hourly, default);
            return (started = runs!.Open.Select(run => (RunId?)run).FirstOrDefault(run => run != other)) is not null;
        });
        await IsRunningAsync(started!.Value.Of(Prod).ToString());
        return started.Value;
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await holds())
            await Task.Delay(10, patience.Token);
    }

    private static async Task<ClusterConnection> NeverAsync(ClusterName cluster, CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        throw new InvalidOperationException();
    }
}
