using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Writing;
using Holdfast.Control;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Scheduling;
using Holdfast.Orchestrations.Tests.Runs;
using Microsoft.DurableTask.Client;

namespace Holdfast.Orchestrations.Tests.Scheduling;

public sealed class RunDuePoliciesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);
    private readonly ProtectionPolicy hourly = new()
    {
        Name = PolicyName.Parse("hourly"),
        Clusters = new() { Selector = "env=prod" },
        Schedule = new("0 * * * *"),
        Immutability = new(7),
    };

    private SimulatedFleet fleet = null!;
    private RunningHub hub = null!;

    private ControlDocuments Documents => new(fleet.Control);

    public async Task InitializeAsync()
    {
        fleet = await SimulatedFleet.StartAsync("one", "two", "other");
        foreach (var (name, env) in new[] { ("one", "prod"), ("two", "prod"), ("other", "test") })
            await Documents.CreateClusterAsync(SimulatedFleet.RegistrationOf(name, env), default);
        await Documents.CreatePolicyAsync(hourly, default);
        hub = await fleet.HubAsync();
        Assert.Empty((await TickAsync(Noon.AddMinutes(-1))).Runs);
    }

    public async Task DisposeAsync()
    {
        await hub.DisposeAsync();
        await fleet.DisposeAsync();
    }

    [Fact]
    public async Task What_is_due_is_captured_once_with_the_policys_terms()
    {
        var tick = await TickAsync(Noon);
        var later = await TickAsync(Noon.AddMinutes(1));

        var run = Assert.Single(tick.Runs);
        Assert.Empty(later.Runs);
        var report = (await fleet.Reports.ReadAsync(run.Run, default))!;
        Assert.Equal((RunState.Succeeded, "hourly", "schedule"), (report.State, report.Policy, report.RequestedBy));
        Assert.Equal(["one", "two"], report.Clusters.Select(c => c.Cluster.ToString()));
        var seal = (await Archive.Points.SealedPoints.ListAsync(fleet.Vault, ClusterName.Parse("one"), default)).Single().Seal;
        Assert.Equal(Noon.AddDays(7), seal.KeepUntil);
        var inventory = await fleet.InventoryAsync((await fleet.Reports.ReadAsync(run.Run.Of(ClusterName.Parse("one")), default))!);
        Assert.Equal("hourly", inventory.Policy!.Value.GetProperty("name").GetString());
        Assert.Equal("one", inventory.Registration!.Value.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_point_carries_the_policy_and_the_registration_that_its_run_was_ordered_under_whatever_becomes_of_them_meanwhile()
    {
        var edited = 0;
        fleet.Opening = async (_, stop) =>
        {
            if (Interlocked.Increment(ref edited) > 1)
                return;
            await EditAsync(hourly with { Immutability = new(9), ExpectedAbsentGroups = [] });
            await Documents.DeleteClusterAsync(ClusterName.Parse("one"), null, stop);
        };

        var run = Assert.Single((await TickAsync(Noon)).Runs);

        var inventory = await fleet.InventoryAsync((await fleet.Reports.ReadAsync(run.Run.Of(ClusterName.Parse("one")), default))!);
        Assert.Equal(7, inventory.Policy!.Value.GetProperty("immutability").GetProperty("days").GetInt32());
        Assert.Equal("one", inventory.Registration!.Value.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_policys_expected_absent_groups_replace_the_default()
    {
        using var connection = fleet.Connect("one");
        await new ResourceWriter(connection).CreateAsync(
            new("apiregistration.k8s.io", "v1", "apiservices", "APIService", false, []),
            null,
            """
            {"apiVersion":"apiregistration.k8s.io/v1","kind":"APIService","metadata":{"name":"v1beta1.metrics.k8s.io"},
             "spec":{"group":"metrics.k8s.io","version":"v1beta1","service":{"name":"m","namespace":"kube-system"} } }
            """u8.ToArray(),
            new("tests"),
            default
        );
        Assert.Empty(await fleet.GapsAsync(Assert.Single((await TickAsync(Noon)).Runs).Run, "one", "metrics.k8s.io"));
        await EditAsync(hourly with { ExpectedAbsentGroups = [] });

        var run = Assert.Single((await TickAsync(Noon.AddHours(1))).Runs).Run;

        Assert.Equal(["metrics.k8s.io"], await fleet.GapsAsync(run, "one", "metrics.k8s.io"));
    }

    [Fact]
    public async Task A_policy_whose_selection_matches_nothing_in_one_cluster_fails_that_clusters_capture_with_the_reason()
    {
        await fleet["one"].SeedSampleApplicationAsync(default);
        await EditAsync(hourly with { Selection = new() { Namespaces = ["shop"] } });

        var report = (await fleet.Reports.ReadAsync(Assert.Single((await TickAsync(Noon)).Runs).Run, default))!;

        Assert.Equal([("one", RunState.Succeeded), ("two", RunState.Failed)], report.Clusters.Select(c => (c.Cluster.ToString(), c.State)));
        Assert.Contains("'shop'", report.Clusters[1].Reason);
    }

    [Fact]
    public async Task Missed_runs_are_caught_up_once_and_the_report_says_so()
    {
        var tick = await TickAsync(Noon.AddHours(3).AddMinutes(5));

        var report = await fleet.Reports.ReadAsync(Assert.Single(tick.Runs).Run, default);
        Assert.Contains("replaces 3 earlier runs", Assert.Single(report!.Notes));
    }

    [Fact]
    public async Task A_cluster_whose_last_capture_is_running_is_left_out_and_recorded_and_delays_no_other()
    {
        var slow = fleet["one"].Inject(new("/configmaps?") { After = 1, Delay = TimeSpan.FromMinutes(5) });
        await hub.StartAsync(Orchestrators.Schedule, new TickOrder(Noon).InstanceId, new TickOrder(Noon));
        var two = ClusterName.Parse("two");
        await Until.TrueAsync(async () =>
            slow.Struck > 0 && await OpenRunAsync() is { } open && await fleet.Reports.ReadAsync(open.Of(two), default) is not null
        );

        var next = await TickAsync(Noon.AddHours(1));

        var report = await fleet.Reports.ReadAsync(Assert.Single(next.Runs).Run, default);
        Assert.Equal(RunState.Partial, report!.State);
        Assert.Equal(
            [("one", RunState.Skipped), ("two", RunState.Succeeded)],
            report.Clusters.Select(c => (c.Cluster.ToString(), c.State))
        );
        Assert.Contains("still running", report.Clusters[0].Reason);
    }

    [Fact]
    public async Task A_run_that_overlaps_with_every_cluster_is_recorded_as_skipped()
    {
        await Documents.ReplacePolicyAsync(
            hourly with
            {
                Clusters = new() { Names = ["one"] },
            },
            (await Documents.ReadPolicyAsync(hourly.Name, default))!.ETag,
            default
        );
        var slow = fleet["one"].Inject(new("/configmaps?") { After = 1, Delay = TimeSpan.FromMinutes(5) });
        await hub.StartAsync(Orchestrators.Schedule, new TickOrder(Noon).InstanceId, new TickOrder(Noon));
        await Until.TrueAsync(() => slow.Struck > 0);

        Assert.Empty((await TickAsync(Noon.AddHours(1))).Runs);

        var skipped = Assert.Single((await fleet.Reports.ListAsync(new(State: RunState.Skipped), null, 10, default)).Runs);
        Assert.Equal(("hourly", "Overlap"), (skipped.Policy, skipped.Failure!.Code));
    }

    [Theory]
    [InlineData(true, RunState.Skipped), InlineData(false, RunState.Failed)]
    public async Task A_run_of_more_than_a_day_keeps_its_clusters_where_the_engine_says_that_it_is_running(
        bool engineAsked,
        RunState expected
    )
    {
        var opened = 0;
        fleet.Opening = (_, stop) =>
            Interlocked.Increment(ref opened) <= 2
                ? Task.Delay(Timeout.Infinite, stop)
                : throw new RegistrationException("it is not there");
        await hub.StartAsync(Orchestrators.Schedule, new TickOrder(Noon).InstanceId, new TickOrder(Noon));
        await Until.TrueAsync(() => opened == 2);

        await EndOfAsync(new TickOrder(Noon.AddHours(25)) { EngineAsked = engineAsked });

        Assert.Equal(expected, Assert.Single((await fleet.Reports.ListAsync(new(RunKind.Fleet), null, 10, default)).Runs).State);
    }

    [Fact]
    public async Task A_paused_policy_starts_nothing_says_so_and_makes_up_for_nothing_afterwards()
    {
        await EditAsync(hourly with { Paused = new("maintenance") });
        Assert.Empty((await TickAsync(Noon)).Runs);
        var paused = await PolicyRuns.ReadAsync(fleet.Control, hourly.Name, default);
        await EditAsync(hourly);

        Assert.Empty((await TickAsync(Noon.AddMinutes(1))).Runs);

        Assert.Equal("paused: maintenance", paused!.Decision);
    }

    [Fact]
    public async Task The_same_tick_again_returns_the_same_run_and_starts_nothing_twice()
    {
        var first = await TickAsync(Noon);
        await hub.Client.PurgeInstanceAsync(new TickOrder(Noon).InstanceId);
        var find = new FindDue(new(fleet.Environment()));

        var again = await find.RunAsync(new DirectCall(FindDue.Name, "again"), new(Noon));
        var late = await find.RunAsync(new DirectCall(FindDue.Name, "late"), new(Noon.AddMinutes(-1)));

        Assert.Equal(first.Runs[0].Run, Assert.Single(again.Runs).Run);
        Assert.Empty(late.Runs);
    }

    [Fact]
    public async Task A_policy_that_can_not_be_used_is_reported_and_stops_no_other()
    {
        await fleet.Control.PutAsync("policies/broken.json", """{"version":1,"name":"broken"}"""u8.ToArray(), default);

        var tick = await TickAsync(Noon);

        Assert.Single(tick.Runs);
        Assert.Contains("policies/broken.json", Assert.Single(tick.Problems));
    }

    [Fact]
    public async Task More_policies_than_one_look_takes_are_all_run_in_the_same_minute()
    {
        var policies = Enumerable.Range(0, (2 * FindDue.Most) + 5).Select(i => PolicyName.Parse($"policy-{i:000}")).ToList();
        foreach (var policy in policies)
            await Documents.CreatePolicyAsync(hourly with { Name = policy }, default);
        fleet.Opening = (_, _) => throw new RegistrationException("it is not there");
        using var payloads = new LargestPayload();
        await TickAsync(Noon.AddMinutes(-1));

        await TickAsync(Noon);

        var reports = (await fleet.Reports.ListAsync(new(RunKind.Fleet), null, 1_000, default)).Runs;
        Assert.Equal(
            policies.Append(hourly.Name).Select(policy => policy.ToString()).Order(),
            reports.Select(report => report.Policy).Order()
        );
        payloads.AssertBounded();
    }

    [Fact]
    public async Task What_is_wrong_with_the_state_of_one_policy_stops_no_other_and_its_own_schedule_begins_again()
    {
        foreach (var i in Enumerable.Range(0, FindDue.Most + 1))
            await Documents.CreatePolicyAsync(hourly with { Name = PolicyName.Parse($"policy-{i:000}") }, default);
        fleet.Opening = (_, _) => throw new RegistrationException("it is not there");
        await TickAsync(Noon.AddMinutes(-1));
        await fleet.Control.PutAsync("schedules/hourly.json", """{"tick":null}"""u8.ToArray(), default);
        await fleet.Control.PutAsync($"schedules/policy-{FindDue.Most:000}.json", "no schedule"u8.ToArray(), default);

        var end = await EndOfAsync(new(Noon));

        Assert.Equal(OrchestrationRuntimeStatus.Completed, end.RuntimeStatus);
        var reports = (await fleet.Reports.ListAsync(new(RunKind.Fleet), null, 1_000, default)).Runs;
        Assert.Equal(FindDue.Most + 2, reports.Select(report => report.Policy).Distinct().Count());
    }

    [Fact]
    public async Task A_state_that_a_wrong_clock_has_left_far_ahead_keeps_the_policy_from_nothing()
    {
        var ahead = (await PolicyRuns.ReadAsync(fleet.Control, hourly.Name, default))! with { Tick = Noon.AddYears(50) };
        await fleet.Control.PutAsync(
            PolicyRuns.PathOf("hourly"),
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(ahead, ScheduleJson.Default.PolicyRuns),
            default
        );

        Assert.Single((await TickAsync(Noon)).Runs);
    }

    [Fact]
    public async Task The_state_of_a_newer_version_is_left_alone_reported_and_stops_no_other_policy()
    {
        await Documents.CreatePolicyAsync(hourly with { Name = PolicyName.Parse("a-newer") }, default);
        var newer = """{"version":2,"cursor":"x"}"""u8.ToArray();
        await fleet.Control.PutAsync("schedules/a-newer.json", newer, default);

        var tick = await TickAsync(Noon);

        Assert.Single(tick.Runs);
        Assert.Contains("schedules/a-newer.json", Assert.Single(tick.Problems));
        Assert.Equal("schedules/a-newer.json", Assert.Single(fleet.Control.Unusable.All).Path);
        Assert.Equal(newer, (await fleet.Control.ReadAsync("schedules/a-newer.json", default))!.Content.ToArray());
    }

    [Fact]
    public async Task A_named_cluster_that_is_not_registered_or_can_not_be_read_has_failed_in_the_report()
    {
        await EditAsync(hourly with { Clusters = new() { Names = ["one", "two", "onne"] } });
        await fleet.Control.PutAsync("clusters/two.json", """{"version":1,"name":"two","colour":"red"}"""u8.ToArray(), default);

        var report = (await fleet.Reports.ReadAsync(Assert.Single((await TickAsync(Noon)).Runs).Run, default))!;

        Assert.Equal(RunState.Partial, report.State);
        Assert.Equal(
            [("one", RunState.Succeeded), ("onne", RunState.Failed), ("two", RunState.Failed)],
            report.Clusters.Select(part => (part.Cluster.ToString(), part.State))
        );
        Assert.Contains("'one'", report.Clusters[1].Reason);
        Assert.Contains("clusters/two.json", report.Clusters[2].Reason);
    }

    [Fact]
    public async Task A_registration_that_can_not_be_read_has_failed_in_the_report_of_a_policy_that_might_select_it()
    {
        await fleet.Control.PutAsync("clusters/two.json", "{"u8.ToArray(), default);

        var report = (await fleet.Reports.ReadAsync(Assert.Single((await TickAsync(Noon)).Runs).Run, default))!;

        Assert.Equal(
            [("one", RunState.Succeeded), ("two", RunState.Failed)],
            report.Clusters.Select(part => (part.Cluster.ToString(), part.State))
        );
    }

    [Theory]
    [InlineData("env=nowhere", "NoClusters"), InlineData(null, "NoneCaptured")]
    public async Task A_policy_without_a_cluster_that_can_be_captured_has_failed(string? selector, string reason)
    {
        await EditAsync(hourly with { Clusters = selector is null ? new() { Names = ["onne"] } : new() { Selector = selector } });

        Assert.Empty((await TickAsync(Noon)).Runs);

        var report = Assert.Single((await fleet.Reports.ListAsync(new(Policy: "hourly"), null, 10, default)).Runs);
        Assert.Equal((RunState.Failed, reason), (report.State, report.Failure!.Code));
        Assert.Equal(selector is null ? ["onne"] : [], report.Clusters.Select(part => part.Cluster.ToString()));
    }

    private async Task<TickResult> TickAsync(DateTimeOffset now) =>
        JsonSerializer.Deserialize((await EndOfAsync(new(now))).SerializedOutput!, ScheduleJson.Default.TickResult)!;

    private async Task<OrchestrationMetadata> EndOfAsync(TickOrder tick)
    {
        await hub.StartAsync(Orchestrators.Schedule, tick.InstanceId, tick);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        return await hub.Client.WaitForInstanceCompletionAsync(tick.InstanceId, getInputsAndOutputs: true, patience.Token);
    }

    private async Task EditAsync(ProtectionPolicy policy) =>
        await Documents.ReplacePolicyAsync(policy, (await Documents.ReadPolicyAsync(policy.Name, default))!.ETag, default);

    private async Task<RunId?> OpenRunAsync() =>
        (await PolicyRuns.ReadAsync(fleet.Control, hourly.Name, default))?.Open.Select(run => (RunId?)run).FirstOrDefault();
}
