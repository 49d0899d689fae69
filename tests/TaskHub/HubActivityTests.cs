namespace Holdfast.TaskHub.Tests;

public sealed class HubActivityTests : IDisposable
{
    private readonly TemporaryFile file = new();

    public void Dispose() => file.Dispose();

    [Fact]
    public async Task No_more_activities_run_at_once_than_allowed_and_as_many_as_allowed_do()
    {
        var (running, most) = (0, 0);
        var three = new CountdownEvent(3);
        await using var rig = new HubRig { Options = new(MaxActivities: 3) };
        rig.Registry.AddActivityFunc<int, int>(
            "Work",
            async (_, n) =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                if (n < 3)
                {
                    three.Signal();
                    await Task.Run(() => three.Wait(rig.Cancellation));
                }
                await Task.Yield();
                Interlocked.Decrement(ref running);
                return n;
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Fan",
            async (context, n) => (await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<int>("Work", i)))).Length
        );
        await rig.StartAsync();

        Assert.Equal("100", (await rig.RunAsync("Fan", 100)).SerializedOutput);
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task Episodes_run_at_once_up_to_their_limit_and_never_two_of_one_instance()
    {
        var (running, most, overlaps) = (0, 0, 0);
        var inside = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        await using var rig = new HubRig { Options = new(MaxOrchestrators: 2) };
        rig.Registry.AddActivityFunc<int, int>("Nothing", (_, n) => Task.FromResult(n));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Steps",
            async (context, n) =>
            {
                for (var i = 0; i < n; i++)
                {
                    if (!inside.TryAdd(context.InstanceId, true))
                        Interlocked.Increment(ref overlaps);
                    InterlockedMax(ref most, Interlocked.Increment(ref running));
                    Thread.SpinWait(2000);
                    Interlocked.Decrement(ref running);
                    inside.TryRemove(context.InstanceId, out _);
                    await Task.WhenAll(context.CallActivityAsync<int>("Nothing", i), context.CallActivityAsync<int>("Nothing", i));
                }
                return n;
            }
        );
        await rig.StartAsync();

        for (var i = 0; i < 20; i++)
            await rig.StartInstanceAsync("Steps", $"run-{i}", 10);
        for (var i = 0; i < 20; i++)
            await rig.EndAsync($"run-{i}");

        Assert.Equal((0, true), (overlaps, most <= 2));
    }

    [Fact]
    public async Task An_instance_with_thousands_of_queued_activities_does_not_starve_another()
    {
        var log = new EffectLog();
        await using var rig = new HubRig { Options = new(MaxActivities: 2) };
        var gate = new TaskCompletionSource();
        rig.Registry.AddActivityFunc<int, int>(
            "Work",
            async (context, n) =>
            {
                await gate.Task;
                log.Add(context.InstanceId);
                return n;
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Fan",
            async (context, n) => (await Task.WhenAll(Enumerable.Range(0, n).Select(i => context.CallActivityAsync<int>("Work", i)))).Length
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Fan", "big", 5000);
        await rig.UntilRunningAsync("big");
        await rig.StartInstanceAsync("Fan", "small", 10);
        await rig.UntilRunningAsync("small");

        gate.SetResult();
        await rig.EndAsync("small");

        // One activity of the big instance for each of the small one, and a few that were taken before these were queued.
        var before = log.Lines[..(Array.LastIndexOf(log.Lines, "small") + 1)];
        Assert.Equal(10, before.Count(line => line == "small"));
        Assert.True(before.Length < 100, $"{before.Length - 10} activities of the big instance came before the small one's last");
        Assert.False((await rig.FindAsync("big")).IsCompleted);
    }

    [Fact]
    public async Task An_activity_that_is_stopped_with_the_hub_runs_again_at_the_next_start_and_has_not_failed()
    {
        var (log, begun) = (new EffectLog(), new TaskCompletionSource());
        using var shutdown = new CancellationTokenSource();
        await using var rig = new HubRig { Path = file.Path };
        rig.Registry.AddActivityFunc<int, int>(
            "Work",
            async (_, n) =>
            {
                log.Add("began");
                if (log.Count("began") > 1)
                    return n;
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, shutdown.Token);
                return -1;
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>("Call", (context, n) => context.CallActivityAsync<int>("Work", n));
        await RestartDuringAsync(rig, begun.Task, shutdown);

        Assert.Equal("5", (await rig.EndAsync()).SerializedOutput);
        Assert.Equal(["began", "began"], log.Lines);
    }

    [Fact]
    public async Task What_an_activity_still_finishes_while_the_hub_stops_is_kept()
    {
        var (log, begun) = (new EffectLog(), new TaskCompletionSource());
        await using var rig = new HubRig { Path = file.Path };
        using var shutdown = new CancellationTokenSource();
        rig.Registry.AddActivityFunc<int, int>(
            "Work",
            async (_, n) =>
            {
                log.Add("began");
                begun.SetResult();
                await Task.Delay(Timeout.Infinite, shutdown.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return n;
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>("Call", (context, n) => context.CallActivityAsync<int>("Work", n));
        await RestartDuringAsync(rig, begun.Task, shutdown);

        Assert.Equal("5", (await rig.EndAsync()).SerializedOutput);
        Assert.Equal(["began"], log.Lines);
    }

    [Fact]
    public async Task An_activity_that_does_not_stop_in_time_is_left_behind_and_its_late_answer_ignored()
    {
        var (log, begun, late) = (new EffectLog(), new TaskCompletionSource(), new TaskCompletionSource());
        await using var rig = new HubRig
        {
            Path = file.Path,
            Options = new() { StopPatience = TimeSpan.FromMinutes(1) },
        };
        rig.Registry.AddActivityFunc<int, int>(
            "Work",
            async (_, n) =>
            {
                log.Add("began");
                if (log.Count("began") > 1)
                    return n;
                begun.SetResult();
                await late.Task;
                return -1;
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>("Call", (context, n) => context.CallActivityAsync<int>("Work", n));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Call", input: 5);
        await begun.Task.WaitAsync(rig.Cancellation);

        await rig.WhileTimePassesAsync(rig.StopAsync(), TimeSpan.FromMinutes(1));
        await rig.StartAsync();
        late.SetResult();

        Assert.Equal("5", (await rig.EndAsync()).SerializedOutput);
    }

    [Fact]
    public async Task An_orchestrator_that_has_returned_completes_once_the_activity_that_it_did_not_await_has_ended()
    {
        var gate = new TaskCompletionSource<int>();
        await using var rig = new HubRig();
        rig.Registry.AddActivityFunc<int, int>("Work", (_, _) => gate.Task);
        rig.Registry.AddActivityFunc<int, int>("Quick", (_, n) => Task.FromResult(n));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Forget",
            async (context, n) =>
            {
                _ = context.CallActivityAsync<int>("Work", n);
                return await context.CallActivityAsync<int>("Quick", n);
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>("Other", (context, n) => context.CallActivityAsync<int>("Quick", n));
        await rig.StartAsync();
        await rig.StartInstanceAsync("Forget", input: 5);
        await rig.RunAsync("Other", 1, "other");
        Assert.False((await rig.FindAsync()).IsCompleted);

        gate.SetResult(1);

        Assert.Equal("5", (await rig.EndAsync()).SerializedOutput);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref most)) < value && Interlocked.CompareExchange(ref most, value, seen) != seen) { }
    }

    /// <summary>Starts an instance of <c>Call</c>, and stops the hub and starts it again while its activity runs.</summary>
    private static async Task RestartDuringAsync(HubRig rig, Task begun, CancellationTokenSource shutdown)
    {
        await rig.StartAsync();
        await rig.StartInstanceAsync("Call", input: 5);
        await begun.WaitAsync(rig.Cancellation);
        var stopped = rig.StopAsync();
        await shutdown.CancelAsync();
        await stopped;
        await rig.StartAsync();
    }
}
