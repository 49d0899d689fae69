using Holdfast.Functions.Tests.Api;
using Holdfast.Functions.Triggering;

namespace Holdfast.Functions.Tests.Host;

/// <summary>Whole runs whose handler dies, or is stopped, in the middle.</summary>
public sealed class KilledHandlerTests
{
    [Fact]
    public async Task A_handler_that_is_killed_while_an_activity_runs_costs_an_attempt_and_nothing_else()
    {
        await using var rig = await HostRig.StartAsync();
        await rig.RegisterAsync("prod");
        var killed = rig.KillAtFirstExport();

        var report = await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");

        Assert.True(killed());
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
                rig.WaitUntilUp();
            }
            else if (killed == 1)
            {
                rig.WaitUntilUp();
            }
        };
        rig.Engine.BeforeCall = name =>
        {
            if (killed == 1 && name != "CaptureCluster")
                rig.WaitUntilUp();
        };

        var fleet = await rig.RunAsync("/api/captures", """{"clusters":["lost","other"]}""");
        await rig.FireAsync(Triggers.Mend);
        var part = await rig.ReportAsync($"{fleet["run"]}.lost");
        var settled = await rig.ReportAsync((string)fleet["run"]!);

        Assert.Equal("Succeeded", (string)settled["state"]!);
        Assert.All(settled["clusters"]!.AsArray(), c => Assert.Equal("Succeeded", (string)c!["state"]!));
        Assert.StartsWith("lost ended as Succeeded", (string)Assert.Single(settled["notes"]!.AsArray())!);
        Assert.Equal("Partial", (string)fleet["state"]!);
        Assert.Equal("Failed", (string)fleet["clusters"]!.AsArray().Single(c => (string)c!["cluster"]! == "lost")!["state"]!);
        Assert.Equal("Succeeded", (string)part["state"]!);
        Assert.NotNull(await rig.PointAsync("lost"));
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

        var report = await rig.ReportAsync(run);

        Assert.Equal(("Failed", "Lost"), ((string)report["state"]!, (string)report["failure"]!["reason"]!));
        Assert.Contains("Resume this run", (string)report["failure"]!["next"]!);
        Assert.Contains("after it had been taken up 3 times", rig.Host.Said);
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
                rig.WaitUntilUp();
            }
        };

        var restored = await rig.RunAsync("/api/restores", """{"cluster":"prod","point":"latest","selection":{"namespaces":["shop"]}}""");

        Assert.True(killed >= 3);
        Assert.Equal("Succeeded", (string)restored["state"]!);
        Assert.True(await cluster.HasConfigMapAsync("settings-0") && await cluster.HasConfigMapAsync("settings-4"));
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
                rig.WaitUntilUp();
            }
        };

        var report = await rig.RunAsync("/api/captures", """{"clusters":["prod"]}""");

        Assert.Equal("Succeeded", (string)report["state"]!);
    }

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

    private static async Task Until(Func<bool> holds)
    {
        for (var attempt = 0; attempt < 1200 && !holds(); attempt++)
            await Task.Delay(50);
        Assert.True(holds());
    }
}
