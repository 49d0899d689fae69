using Microsoft.DurableTask.Client;

namespace Holdfast.TaskHub.Tests;

public sealed class HubTimerTests : HubTest
{
    private readonly TemporaryFile file = new();
    private readonly HubRig rig;

    public HubTimerTests()
    {
        rig = new() { Path = file.Path };
        rig.Registry.AddOrchestratorFunc<double, DateTime>(
            "Sleep",
            async (context, minutes) =>
            {
                context.SetCustomStatus("sleeps");
                await context.CreateTimer(TimeSpan.FromMinutes(minutes), CancellationToken.None);
                return context.CurrentUtcDateTime;
            }
        );
    }

    public override async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        file.Dispose();
    }

    private async Task SleepAsync(string id, double minutes)
    {
        await rig.StartInstanceAsync("Sleep", id, minutes);
        await rig.UntilAsync(i => i.SerializedCustomStatus is not null, id);
    }

    [Fact]
    public async Task A_timer_fires_when_its_time_has_come_and_not_before()
    {
        await rig.StartAsync();
        await SleepAsync("run", 10);

        rig.Time.Advance(TimeSpan.FromMinutes(9));
        await SleepAsync("other", 0.5);
        rig.Time.Advance(TimeSpan.FromMinutes(0.5));
        await rig.EndAsync("other");
        Assert.False((await rig.FindAsync()).IsCompleted);

        rig.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("\"2026-11-22T12:10:30Z\"", (await rig.EndAsync()).SerializedOutput);
    }

    [Fact]
    public async Task Timers_fire_in_their_own_order_whatever_the_order_in_which_they_were_set()
    {
        await rig.StartAsync();
        foreach (var minutes in (double[])[30, 10, 20])
            await SleepAsync($"{minutes}", minutes);

        foreach (var minutes in (double[])[10, 20, 30])
        {
            rig.Time.Advance(TimeSpan.FromMinutes(10));
            await rig.EndAsync($"{minutes}");
            Assert.Equal((30 - minutes) / 10, await CountAsync(OrchestrationRuntimeStatus.Running));
        }
    }

    [Fact]
    public async Task A_timer_in_the_past_fires_at_once()
    {
        await rig.StartAsync();

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await rig.RunAsync("Sleep", -5.0)).RuntimeStatus);
    }

    [Fact]
    public async Task A_timer_that_came_due_while_the_hub_was_away_fires_at_its_start()
    {
        await rig.StartAsync();
        await SleepAsync("run", 10);
        await rig.StopAsync();

        rig.Time.Advance(TimeSpan.FromDays(3));
        await rig.StartAsync();

        Assert.Equal("\"2026-11-25T12:00:00Z\"", (await rig.EndAsync()).SerializedOutput);
    }

    [Fact]
    public async Task A_timer_that_is_not_due_yet_is_set_again_at_the_next_start()
    {
        await rig.StartAsync();
        await SleepAsync("run", 10);
        await rig.RestartAsync();
        Assert.False((await rig.FindAsync()).IsCompleted);

        rig.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("\"2026-11-22T12:10:00Z\"", (await rig.EndAsync()).SerializedOutput);
    }

    [Fact]
    public async Task A_thousand_timers_of_one_instant_all_fire()
    {
        rig.Registry.AddOrchestratorFunc<int, int>(
            "Many",
            async (context, n) =>
            {
                context.SetCustomStatus("sleeps");
                await Task.WhenAll(
                    Enumerable.Range(0, n).Select(_ => context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None))
                );
                return n;
            }
        );
        await rig.StartAsync();
        await rig.StartInstanceAsync("Many", "run", 1200);
        await rig.UntilAsync(i => i.SerializedCustomStatus is not null);

        rig.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("1200", (await rig.EndAsync()).SerializedOutput);
    }

    private async Task<int> CountAsync(OrchestrationRuntimeStatus status)
    {
        var count = 0;
        await foreach (var _ in rig.Client.GetAllInstancesAsync(new() { Statuses = [status] }).WithCancellation(rig.Cancellation))
            count++;
        return count;
    }
}
