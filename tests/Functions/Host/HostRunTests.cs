using Holdfast.Functions.Tests.Api;

namespace Holdfast.Functions.Tests.Host;

/// <summary>Whole runs through the orchestrator protocol, with everything that goes wrong between an engine and its handler.</summary>
public sealed class HostRunTests
{
    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task A_capture_runs_through_the_protocol(bool byGrpc)
    {
        await using var rig = await HostRig.StartAsync();
        if (!byGrpc)
            rig.Host.Sidecar = null;
        await rig.RegisterAsync("prod");

        var report = await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");

        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.NotNull(await rig.PointAsync("prod"));
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3)]
    public async Task A_capture_is_the_same_whatever_comes_late_twice_or_never(int seed)
    {
        await using var rig = await HostRig.StartAsync(new(seed) { LostEpisodes = 0.3, DoubledActivities = 0.3, LostActivities = 0.15, LateCompletions = 0.5 });
        await rig.RegisterAsync("prod");

        var report = await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");

        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.Single((await rig.CallAsync("GET", "/api/points?cluster=prod", null, "Reader")).Body!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_cancelled_capture_ends_with_a_report_and_without_a_point()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");
        var cancelled = 0;
        string? run = null;
        rig.Engine.BeforeCall = name =>
        {
            if (name == "ExportUnit" && Interlocked.Exchange(ref cancelled, 1) == 0)
                Assert.Equal(202, rig.CallAsync("POST", $"/api/runs/{run}/cancel", """{"reason":"not now"}""", "Operator").GetAwaiter().GetResult().Status);
        };
        var (_, started, _) = await rig.CallAsync("POST", "/api/captures", """{"clusters":["prod"]}""", "Operator");
        run = (string)started!["run"]!;

        var report = await rig.ReportAsync(run);

        Assert.Equal("Cancelled", (string)report["state"]!);
        Assert.Equal("not now", (string)report["cancelled"]!["reason"]!);
        Assert.Null(await rig.PointAsync("prod"));
    }

    [Fact]
    public async Task A_suspended_run_does_nothing_until_it_is_resumed()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");
        var suspended = 0;
        string? run = null;
        rig.Engine.BeforeCall = name =>
        {
            if (name == "BeginCapture" && Interlocked.Exchange(ref suspended, 1) == 0)
                rig.Engine.Tell(run!, new() { ExecutionSuspended = new() });
        };
        var (_, started, _) = await rig.CallAsync("POST", "/api/captures", """{"clusters":["prod"]}""", "Operator");
        run = (string)started!["run"]!;
        await Until(() => rig.Engine.Find(run)!.Past.Any(e => e.TaskCompleted is not null));
        Assert.DoesNotContain("ExportUnit", rig.Engine.Activities);
        Assert.DoesNotContain("SealCapture", rig.Engine.Activities);

        rig.Engine.Tell(run, new() { ExecutionResumed = new() });

        Assert.Equal("Succeeded", (string)(await rig.ReportAsync(run))["state"]!);
    }

    [Fact]
    public async Task A_terminated_run_stops_scheduling()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");
        string? run = null;
        rig.Engine.BeforeCall = name =>
        {
            if (name == "BeginCapture")
                rig.Engine.Tell(run!, new() { ExecutionTerminated = new() { Input = "\"enough\"" } });
        };
        var (_, started, _) = await rig.CallAsync("POST", "/api/captures", """{"clusters":["prod"]}""", "Operator");
        run = (string)started!["run"]!;

        var ended = await rig.Engine.EndOfAsync(run);

        Assert.Equal("Terminated", ended.Status);
        Assert.DoesNotContain("SealCapture", rig.Engine.Activities);
    }

    [Theory]
    [InlineData(1), InlineData(2)]
    public async Task A_restore_runs_through_the_protocol_whatever_comes_late_twice_or_never(int seed)
    {
        await using var rig = await HostRig.StartAsync(new(seed) { LostEpisodes = 0.3, DoubledActivities = 0.3, LostActivities = 0.15, LateCompletions = 0.5 });
        var cluster = await rig.RegisterAsync("prod");
        await cluster.SeedShopAsync();
        await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");
        await cluster.LoseConfigMapsAsync();

        var planned = await rig.RunAsync("/api/plans", """{"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]}}""");
        var restored = await rig.RunAsync("/api/restores", $$$"""{"plan":{"run":"{{{planned["run"]}}}","digest":"{{{planned["plan"]!["digest"]}}}"}}""");

        Assert.Equal("Succeeded", (string)restored["state"]!);
        Assert.True(await cluster.HasConfigMapAsync("settings-0") && await cluster.HasConfigMapAsync("settings-4"));
    }

    [Fact]
    public async Task Where_approvals_are_required_a_restore_waits_though_nobody_asked_for_one()
    {
        await using var rig = await HostRig.StartAsync(settings: new Dictionary<string, string> { ["HOLDFAST_APPROVAL"] = "required" });
        var cluster = await rig.RegisterAsync("prod");
        await cluster.SeedShopAsync();
        await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");
        await cluster.LoseConfigMapsAsync();
        var (_, started, _) = await rig.CallAsync("POST", "/api/restores", """{"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]}}""", "Operator");
        var run = (string)started!["run"]!;
        var digest = await rig.WaitingPlanAsync(run);

        var (own, _, _) = await rig.CallAsync("POST", $"/api/runs/{run}/approve", $$"""{"plan":"{{digest}}"}""", "Operator");
        var (others, _, _) = await rig.CallAsync("POST", $"/api/runs/{run}/approve", $$"""{"plan":"{{digest}}"}""", "Operator as:kim@example.org");
        var report = await rig.ReportAsync(run);

        Assert.Equal(403, own);
        Assert.Equal(202, others);
        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.EndsWith("kim@example.org", (string)report["approval"]!["by"]!);
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var attempt = 0; attempt < 1200 && !holds(); attempt++)
            await Task.Delay(50);
        Assert.True(holds());
    }
}
