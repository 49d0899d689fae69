using Holdfast.Control;
using Holdfast.Orchestrations.Runs;
using Holdfast.TestKit.Faults;

namespace Holdfast.Orchestrations.Tests.Notifying;

/// <summary>Messages reach a receiver that works, and wait for one that doesn't. No run waits for any of it.</summary>
public sealed class DeliveryTests : IAsyncLifetime
{
    private NotifyingBench bench = null!;

    public async Task InitializeAsync()
    {
        bench = await NotifyingBench.StartAsync();
        await bench.AddAsync("on-call", members: """{ "reportsAt": "https://holdfast.acme.com/api", "minimumMinutes": 0 }""");
    }

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_failed_run_is_posted_with_what_failed_and_what_to_do()
    {
        var report = await bench.FailAsync();

        await bench.DeliverAsync();

        var posted = Assert.Single(bench.Received);
        Assert.Equal($"{report.Run}-run-failed-{report.EndedAt:yyyyMMddTHHmmss}", posted.Id);
        Assert.Equal("run.failed", (string?)posted.Json["type"]);
        var data = posted.Json["data"]!;
        Assert.Equal("The capture of cluster 'prod' (policy 'nightly') failed", (string?)data["title"]);
        Assert.Equal("First problem: the API server doesn't answer", (string?)data["lines"]![0]);
        Assert.Equal(
            ("Look at the network", "Failed", "prod"),
            ((string?)data["next"], (string?)data["state"], (string?)data["clusters"]![0])
        );
        Assert.Equal($"https://holdfast.acme.com/api/runs/{report.Run}/report", (string?)data["report"]);
        Assert.Empty(await bench.PathsAsync(ControlPaths.Notices));
        Assert.Empty(await bench.PathsAsync(ControlPaths.Outbox));
        Assert.Equal(bench.Time.Now, (await bench.StateAsync()).DeliveredAt);
    }

    [Fact]
    public async Task What_is_not_taken_is_sent_again_under_the_same_id_after_a_pause_that_grows()
    {
        bench.Answer = StubServer.Sequence(StubServer.Json(500, "{}"), StubServer.Json(503, "{}"), StubServer.Json(204, ""));
        await bench.FailAsync();

        await bench.DeliverAsync();
        await bench.DeliverAsync(TimeSpan.FromSeconds(59));
        Assert.Single(bench.Received);
        await bench.DeliverAsync(TimeSpan.FromSeconds(1));
        await bench.DeliverAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(2, bench.Received.Count);
        Assert.Equal("it answers with status 503", (await bench.StateAsync()).LastFailure);
        await bench.DeliverAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(3, bench.Received.Count);
        Assert.Single(bench.Received.Select(posted => posted.Id).Distinct());
        Assert.Null((await bench.StateAsync()).FailingSince);
        Assert.Empty(await bench.PathsAsync(ControlPaths.Outbox));
    }

    [Fact]
    public async Task A_receiver_that_is_busy_is_left_alone_for_as_long_as_it_asks()
    {
        bench.Answer = StubServer.Sequence(StubServer.Json(429, "{}", ("Retry-After", "600")), StubServer.Json(200, "{}"));
        await bench.FailAsync();

        await bench.DeliverAsync();
        await bench.DeliverAsync(TimeSpan.FromSeconds(599));
        Assert.Single(bench.Received);
        await bench.DeliverAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(2, bench.Received.Count);
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_costs_its_patience_and_nothing_else()
    {
        bench.Environment = bench.Environment with
        {
            Limits = RunLimits.Default with { NotificationPatience = TimeSpan.FromMilliseconds(200) },
        };
        bench.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await bench.FailAsync();

        await bench.DeliverAsync();

        Assert.Equal("it doesn't answer within 0.2 seconds", (await bench.StateAsync()).LastFailure);
        Assert.Single(await bench.PathsAsync(ControlPaths.OutboxOf("on-call")));
    }

    [Fact]
    public async Task After_an_hour_without_the_receiver_everything_arrives_once()
    {
        await bench.AddAsync("on-call", members: """{ "minimumMinutes": 0 }""", url: new("http://127.0.0.1:9"));
        for (uint minute = 0; minute < 60; minute += 10)
        {
            await bench.FailAsync(minute);
            await bench.DeliverAsync(TimeSpan.FromMinutes(10));
        }
        Assert.Equal("it can't be reached", (await bench.StateAsync()).LastFailure);
        await bench.AddAsync("on-call", members: """{ "minimumMinutes": 0 }""");

        await bench.DeliverAsync(TimeSpan.FromMinutes(30));

        Assert.Equal(6, bench.Received.Count);
        Assert.Equal(6, bench.Received.Select(posted => posted.Id).Distinct().Count());
        Assert.Empty(await bench.PathsAsync(ControlPaths.Outbox));
    }

    [Fact]
    public async Task What_nothing_takes_for_a_day_is_given_up_and_that_is_kept()
    {
        bench.Answer = StubServer.Json(500, "{}");
        await bench.FailAsync();
        await bench.DeliverAsync();

        await bench.DeliverAsync(TimeSpan.FromHours(24));

        var state = await bench.StateAsync();
        Assert.Equal((1, bench.Time.Now), (state.GivenUp, state.GivenUpAt));
        Assert.Empty(await bench.PathsAsync(ControlPaths.Outbox));
    }

    [Fact]
    public async Task One_message_that_is_never_taken_keeps_no_other_from_being_sent()
    {
        bench.Answer = context =>
        {
            context.Response.StatusCode = context.Request.Headers["webhook-id"].ToString().Contains("00000001-") ? 413 : 200;
            return Task.CompletedTask;
        };
        await bench.FailAsync(1);
        await bench.DeliverAsync();
        await bench.FailAsync(2);

        await bench.DeliverAsync(TimeSpan.FromMinutes(1));

        Assert.Contains(bench.Received, posted => posted.Id.Contains("00000002-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_tick_and_a_report_that_is_written_twice_send_nothing_more()
    {
        var report = await bench.FailAsync();
        await bench.DeliverAsync();
        await new RunReports(bench.Control, bench.Time).WriteAsync(report, default);

        await bench.DeliverAsync(TimeSpan.FromMinutes(1));
        await bench.DeliverAsync();

        Assert.Single(bench.Received);
        Assert.Empty(await bench.PathsAsync(ControlPaths.Notices));
    }

    [Fact]
    public async Task A_target_that_fails_keeps_no_other_from_being_notified()
    {
        await bench.AddAsync("broken", url: new("http://127.0.0.1:9"));
        await bench.Control.PutAsync(ControlPaths.Notification("spoiled"), "{"u8.ToArray(), default);
        await bench.FailAsync();

        await bench.DeliverAsync();

        Assert.Single(bench.Received);
        Assert.Equal("it can't be reached", (await bench.StateAsync("broken")).LastFailure);
    }

    [Fact]
    public async Task What_waits_for_a_target_that_was_removed_goes()
    {
        bench.Answer = StubServer.Json(500, "{}");
        await bench.FailAsync();
        await bench.DeliverAsync();
        await bench.Control.DeleteAsync(ControlPaths.Notification("on-call"), null, default);

        await bench.DeliverAsync(TimeSpan.FromMinutes(14));

        foreach (var folder in new[] { ControlPaths.Outbox, ControlPaths.Notified, ControlPaths.Deliveries, ControlPaths.Notices })
            Assert.Empty(await bench.PathsAsync(folder));
    }

    [Fact]
    public async Task A_service_that_is_killed_while_it_sends_sends_it_again_under_the_same_id()
    {
        var file = Path.Combine(Path.GetTempPath(), $"holdfast-{Guid.NewGuid():N}.db");
        await using var killed = await NotifyingBench.StartAsync(hubFile: file);
        await killed.AddAsync("on-call");
        var arrived = new TaskCompletionSource();
        killed.Answer = async context =>
        {
            arrived.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        await killed.FailAsync();
        var hub = await killed.StartHubAsync();
        var order = new NotifyOrder(killed.Time.Now);
        await hub.StartAsync(Orchestrators.Notify, order.InstanceId, order);
        await arrived.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await killed.StopHubAsync();
        killed.Answer = _ => Task.CompletedTask;

        hub = await killed.StartHubAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await hub.Client.WaitForInstanceCompletionAsync(order.InstanceId, patience.Token);

        Assert.Equal(2, killed.Received.Count);
        Assert.Single(killed.Received.Select(posted => posted.Id).Distinct());
        await killed.StopHubAsync();
        File.Delete(file);
    }
}
