using System.Text.Json.Nodes;
using Holdfast.Functions.Tests.Api;
using Holdfast.Functions.Triggering;

namespace Holdfast.Functions.Tests.Host;

/// <summary>Whole runs through the orchestrator protocol, with everything that goes wrong between an engine and its handler.</summary>
public sealed class HostRunTests
{
    [Fact]
    public async Task A_capture_runs_through_the_protocol()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");

        var report = await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");

        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.NotNull(await PointAsync(rig, "prod"));
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
    public async Task A_handler_that_is_killed_while_an_activity_runs_costs_an_attempt_and_nothing_else()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");
        var killed = 0;
        rig.Engine.BeforeCall = name =>
        {
            if (name == "ExportUnit" && Interlocked.Exchange(ref killed, 1) == 0)
            {
                rig.Host.KillHandlerAsync().GetAwaiter().GetResult();
                _ = rig.Host.StartHandlerAsync();
            }
            else if (killed == 1)
            {
                WaitUntilUp(rig);
            }
        };

        var report = await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");

        Assert.Equal(1, killed);
        Assert.Equal("Succeeded", (string)report["state"]!);
    }

    [Fact]
    public async Task A_run_that_is_lost_with_its_handler_is_taken_up_again_by_the_timer()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");
        var episodes = 0;
        rig.Engine.BeforeCall = name =>
        {
            if (name == "CaptureCluster" && Interlocked.Increment(ref episodes) == 2)
                rig.Host.KillHandlerAsync().GetAwaiter().GetResult();
        };
        var (_, started, _) = await rig.CallAsync("POST", "/api/captures", """{"clusters":["prod"]}""", "Operator");
        var run = (string)started!["run"]!;
        var lost = await rig.Engine.EndOfAsync(run);
        Assert.Equal("Failed", lost.Status);
        await rig.Host.StartHandlerAsync();

        await rig.FireAsync(Triggers.Mend);
        var report = await rig.ReportAsync(run);

        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.Contains("is taken up again (1 of 3)", rig.Host.Said);
    }

    [Fact]
    public async Task A_clusters_part_of_a_fleet_that_is_lost_is_told_and_taken_up_again()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("lost");
        await rig.RegisterAsync("other");
        var killed = 0;
        rig.Engine.BeforeInstance = instance =>
        {
            if (instance is { Name: "CaptureCluster", Episodes: 2 } && instance.Id.EndsWith(".lost", StringComparison.Ordinal) && Interlocked.Exchange(ref killed, 1) == 0)
            {
                rig.Host.KillHandlerAsync().GetAwaiter().GetResult();
                _ = rig.Host.StartHandlerAsync();
            }
            else if (instance.Id.EndsWith(".other", StringComparison.Ordinal))
            {
                // the other part waits for its turn: an episode of its own that is under way when the handler dies would be lost as well
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref killed) == 1, TimeSpan.FromMinutes(1)));
                WaitUntilUp(rig);
            }
            else if (killed == 1)
            {
                WaitUntilUp(rig);
            }
        };
        rig.Engine.BeforeCall = name =>
        {
            if (killed == 1 && name != "CaptureCluster")
                WaitUntilUp(rig);
        };

        var fleet = await rig.RunAsync("/api/captures", """{"clusters":["lost","other"]}""");
        await rig.FireAsync(Triggers.Mend);
        var part = await rig.ReportAsync($"{fleet["run"]}.lost");

        Assert.Equal("Partial", (string)fleet["state"]!);
        Assert.Equal("Failed", (string)fleet["clusters"]!.AsArray().Single(c => (string)c!["cluster"]! == "lost")!["state"]!);
        Assert.Equal("Succeeded", (string)part["state"]!);
        Assert.NotNull(await PointAsync(rig, "lost"));
    }

    [Fact]
    public async Task A_run_that_kills_its_handler_each_time_is_given_up_and_shown_with_its_reason()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");
        rig.Engine.BeforeCall = name =>
        {
            if (name == "CaptureCluster")
                rig.Host.KillHandlerAsync().GetAwaiter().GetResult();
        };
        var (_, started, _) = await rig.CallAsync("POST", "/api/captures", """{"clusters":["prod"]}""", "Operator");
        var run = (string)started!["run"]!;
        for (var time = 1; time <= 4; time++)
        {
            Assert.Equal("Failed", (await rig.Engine.EndOfAsync(run)).Status);
            await rig.Host.StartHandlerAsync();
            await MendAsync(rig);
        }

        var (status, shown, _) = await rig.CallAsync("GET", $"/api/runs/{run}", null, "Reader");

        Assert.Equal(200, status);
        Assert.Equal("Failed", (string)shown!["state"]!);
        Assert.Contains("Resume it", (string)shown["message"]!);
        Assert.Contains("after it had been taken up 3 times", rig.Host.Said);
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
        Assert.Null(await PointAsync(rig, "prod"));
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
    public async Task A_restore_whose_handler_is_killed_while_it_applies_ends_equal_to_one_that_was_not()
    {
        await using var rig = await HostRig.StartAsync();
        var cluster = await rig.RegisterAsync("prod");
        await cluster.SeedShopAsync();
        await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");
        await cluster.LoseConfigMapsAsync();
        var killed = 0;
        rig.Engine.BeforeCall = name =>
        {
            if (name == "ApplyStage" && Interlocked.Increment(ref killed) == 3)
            {
                rig.Host.KillHandlerAsync().GetAwaiter().GetResult();
                _ = rig.Host.StartHandlerAsync();
            }
            else if (killed >= 3)
            {
                WaitUntilUp(rig);
            }
        };

        var restored = await rig.RunAsync("/api/restores", """{"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]}}""");

        Assert.True(killed >= 3);
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
        JsonNode? status = null;
        for (var attempt = 0; attempt < 600 && (string?)status?["planDigest"] is null; attempt++)
        {
            await Task.Delay(50);
            status = (await rig.CallAsync("GET", $"/api/runs/{run}", null, "Reader")).Body!["status"];
        }

        var (own, _, _) = await rig.CallAsync("POST", $"/api/runs/{run}/approve", $$"""{"plan":"{{status!["planDigest"]}}"}""", "Operator");
        var (others, _, _) = await rig.CallAsync("POST", $"/api/runs/{run}/approve", $$"""{"plan":"{{status["planDigest"]}}"}""", "Operator as:kim@example.org");
        var report = await rig.ReportAsync(run);

        Assert.Contains(own, new[] { 202, 403 });
        Assert.Equal(202, others);
        Assert.Equal("Succeeded", (string)report["state"]!);
        Assert.EndsWith("kim@example.org", (string)report["approval"]!["by"]!);
    }

    [Fact]
    public async Task A_handler_that_is_asked_to_stop_in_the_middle_loses_no_run()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");
        var stopped = 0;
        rig.Engine.BeforeCall = name =>
        {
            if (name == "ExportUnit" && Interlocked.Exchange(ref stopped, 1) == 0)
            {
                Assert.Equal(200, rig.Host.StopHandlerAsync().GetAwaiter().GetResult());
                rig.Host.StartHandlerAsync().GetAwaiter().GetResult();
            }
            else if (stopped == 1)
            {
                WaitUntilUp(rig);
            }
        };

        var report = await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");

        Assert.Equal("Succeeded", (string)report["state"]!);
    }

    private static async Task<JsonNode?> PointAsync(HostRig rig, string cluster) =>
        (await rig.CallAsync("GET", $"/api/points?cluster={cluster}", null, "Reader")).Body!["items"]!.AsArray().LastOrDefault();

    /// <summary>What is taken up again may end the process before the timer is done.</summary>
    private static async Task MendAsync(HostRig rig)
    {
        try
        {
            await rig.FireAsync(Triggers.Mend);
        }
        catch (InvocationFailedException)
        {
        }
    }

    private static void WaitUntilUp(HostRig rig)
    {
        using var client = new HttpClient();
        for (var attempt = 0; attempt < 1200; attempt++)
        {
            try
            {
                client.GetAsync($"http://127.0.0.1:{rig.Host.Port}/").GetAwaiter().GetResult().Dispose();
                return;
            }
            catch (HttpRequestException)
            {
                Task.Delay(25).GetAwaiter().GetResult();
            }
        }
        Assert.Fail("the handler doesn't come back");
    }

    private static async Task Until(Func<bool> holds)
    {
        for (var attempt = 0; attempt < 1200 && !holds(); attempt++)
            await Task.Delay(50);
        Assert.True(holds());
    }
}
