using Holdfast.Durable.Client;
using Holdfast.Functions.Triggering;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Scheduling;

/// <summary>What the app's timers do, whoever fires them: the Functions host, or the app itself.</summary>
internal static class Timers
{
    public static Task RunAsync(string timer, HoldfastApp app, IDurableClient engine, CancellationToken cancellation) => timer switch
    {
        Triggers.Schedule => TickAsync(app, engine, cancellation),
        Triggers.Mend => Mending.RunAsync(app, engine, cancellation),
        _ => throw new ArgumentException($"there is no timer '{timer}'", nameof(timer)),
    };

    /// <summary>Starts this minute's look at the policies; a minute that is looked at already is left alone.</summary>
    private static async Task TickAsync(HoldfastApp app, IDurableClient engine, CancellationToken cancellation)
    {
        var now = app.Time.GetUtcNow();
        var tick = new TickOrder(new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero));
        if (await engine.GetInstanceAsync(tick.InstanceId, cancellation) is null)
            await engine.ScheduleNewOrchestrationInstanceAsync(Orchestrators.RunDuePolicies, tick.InstanceId, tick, cancellation);
    }
}
