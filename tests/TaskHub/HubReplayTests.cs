using Microsoft.DurableTask;

namespace Holdfast.TaskHub.Tests;

/// <summary>What orchestrators may rely on, seen through the official runner.</summary>
public sealed class HubReplayTests : HubTest
{
    private readonly HubRig rig = new();

    public override ValueTask DisposeAsync() => rig.DisposeAsync();

    [Fact]
    public async Task Ids_and_times_are_the_same_in_every_replay()
    {
        var seen = new EffectLog();
        rig.Registry.AddActivityFunc<int, int>("Step", (_, n) => Task.FromResult(n));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Run",
            async (context, _) =>
            {
                seen.Add($"{context.NewGuid()} {context.NewGuid()} {context.CurrentUtcDateTime:O}");
                await context.CallActivityAsync<int>("Step", 1);
                await context.CallActivityAsync<int>("Step", 2);
                return 0;
            }
        );
        await rig.StartAsync();
        await rig.RunAsync("Run");

        Assert.Equal(3, seen.Lines.Length);
        Assert.Single(seen.Lines.Distinct());
    }

    [Fact]
    public async Task A_far_timer_is_made_of_several_that_end_when_it_is_due()
    {
        rig.Registry.AddOrchestratorFunc<int, DateTime>(
            "Sleep",
            async (context, days) =>
            {
                await context.CreateTimer(TimeSpan.FromDays(days), CancellationToken.None);
                return context.CurrentUtcDateTime;
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Sleep", input: 10);

        foreach (var (set, days) in new[] { (1, 3), (2, 3), (3, 3), (4, 1) })
        {
            await UntilTimersAsync(set);
            rig.Time.Advance(TimeSpan.FromDays(days));
        }

        Assert.Equal(new DateTime(2026, 12, 2, 12, 0, 0, DateTimeKind.Utc), (await rig.EndAsync()).ReadOutputAs<DateTime>());
    }

    [Fact]
    public async Task Retries_are_durable_timers_and_end_with_the_policy()
    {
        var tries = new EffectLog();
        rig.Registry.AddActivityFunc<int, int>(
            "Fail",
            Task<int> (_, n) =>
            {
                tries.Add("try");
                throw new IOException($"try {tries.Lines.Length} of {n}");
            }
        );
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Retry",
            (context, n) => context.CallActivityAsync<int>("Fail", n, Policy(n, TimeSpan.FromMinutes(1)))
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Retry", input: 3);
        await rig.UntilAsync(() => tries.Lines.Length == 1);

        var end = rig.EndAsync();
        await rig.WhileTimePassesAsync(end, TimeSpan.FromSeconds(20));

        Assert.Contains("try 3 of 3", (await end).SerializedOutput);
        Assert.Equal(3, tries.Lines.Length);
    }

    [Fact]
    public async Task An_attempt_that_succeeds_ends_the_retries_though_the_hub_was_restarted_between_them()
    {
        using var file = new TemporaryFile();
        var tries = new EffectLog();
        await using var onFile = new HubRig { Path = file.Path };
        onFile.Registry.AddActivityFunc<int, int>(
            "Fail",
            (_, n) =>
            {
                tries.Add("try");
                return tries.Lines.Length < 3 ? throw new IOException("not yet") : Task.FromResult(n);
            }
        );
        onFile.Registry.AddOrchestratorFunc<int, int>(
            "Retry",
            (context, n) => context.CallActivityAsync<int>("Fail", n, Policy(5, TimeSpan.FromMinutes(1)))
        );
        await onFile.StartAsync();
        await onFile.StartInstanceAsync("Retry", input: 7);
        for (var n = 1; n < 3; n++)
        {
            // Time passes meanwhile, since the timer of the next attempt may be set at any moment.
            await onFile.WhileTimePassesAsync(onFile.UntilAsync(() => tries.Lines.Length >= n), TimeSpan.FromMinutes(1));
            await onFile.RestartAsync();
        }

        var end = onFile.EndAsync();
        await onFile.WhileTimePassesAsync(end, TimeSpan.FromMinutes(1));

        Assert.Equal("7", (await end).SerializedOutput);
    }

    [Fact]
    public async Task An_activity_that_the_app_does_not_have_is_not_tried_again()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Retry",
            (context, n) => context.CallActivityAsync<int>("Gone", n, Policy(5, TimeSpan.FromHours(1)))
        );
        await rig.StartAsync();

        var end = await rig.RunAsync("Retry", 1);

        Assert.Contains("no activity 'Gone'", end.SerializedOutput);
    }

    [Fact]
    public async Task A_sub_orchestration_that_failed_is_tried_again()
    {
        var tries = 0;
        rig.Registry.AddOrchestratorFunc<int, int>("Child", (_, n) => ++tries < 3 ? throw new IOException("not yet") : Task.FromResult(n));
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Parent",
            (context, n) => context.CallSubOrchestratorAsync<int>("Child", n, Policy(5, TimeSpan.FromMinutes(1)))
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Parent", input: 4);

        var end = rig.EndAsync();
        await rig.WhileTimePassesAsync(end, TimeSpan.FromMinutes(1));

        Assert.Equal("4", (await end).SerializedOutput);
    }

    [Fact]
    public async Task Inputs_of_every_shape_reach_activities_children_and_started_instances()
    {
        int[] numbers = [1, 2];
        rig.Registry.AddActivityFunc<int[], int[]>("Activity", (_, input) => Task.FromResult(input));
        rig.Registry.AddOrchestratorFunc<int[], int[]>("Child", (context, input) => context.CallActivityAsync<int[]>("Activity", input));
        rig.Registry.AddOrchestratorFunc<int[], int[]>(
            "Parent",
            (context, input) => context.CallSubOrchestratorAsync<int[]>("Child", input)
        );
        await rig.StartAsync();

        var end = await rig.RunAsync("Parent", numbers);

        Assert.Equal(numbers, end.ReadInputAs<int[]>());
        Assert.Equal(numbers, end.ReadOutputAs<int[]>());
        Assert.Equal("null", (await rig.RunAsync("Parent", null, "empty")).SerializedOutput ?? "null");
    }

    [Fact]
    public async Task No_event_in_time_cancels_the_wait_and_a_later_one_is_kept()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Wait",
            async (context, _) =>
            {
                try
                {
                    return await context.WaitForExternalEvent<int>("Go", TimeSpan.FromHours(1));
                }
                catch (TaskCanceledException)
                {
                    context.SetCustomStatus("late");
                    await context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                    return 100 + await context.WaitForExternalEvent<int>("Go");
                }
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Wait");
        await rig.UntilRunningAsync();
        rig.Time.Advance(TimeSpan.FromHours(1));
        await rig.UntilAsync(i => i.SerializedCustomStatus == "\"late\"");
        await rig.Client.RaiseEventAsync("run", "Go", 5, rig.Cancellation);

        var end = rig.EndAsync();
        await rig.WhileTimePassesAsync(end, TimeSpan.FromMinutes(30));

        Assert.Equal("105", (await end).SerializedOutput);
    }

    private async Task UntilTimersAsync(int set)
    {
        while ((await rig.Hub.HistoryAsync("run", rig.Cancellation)).Count(e => e.TimerCreated is not null) < set)
            await Task.Delay(5, rig.Cancellation);
    }

    private static TaskOptions Policy(int attempts, TimeSpan interval) => TaskOptions.FromRetryPolicy(new(attempts, interval));
}
