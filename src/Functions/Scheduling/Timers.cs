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

    /// <summary>Starts this minute's look at the policies, with runs that were lost told of before; a minute that is looked at already is left alone.</summary>
    private static async Task TickAsync(HoldfastApp app, IDurableClient engine, CancellationToken cancellation)
    {
        var now = app.Time.GetUtcNow();
        var tick = new TickOrder(new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero));
        if (await IsKnownAsync(engine, tick, cancellation))
            return;
        tick = tick with { EngineAsked = await Losses.LookAsync(app, engine, cancellation) };
        await engine.ScheduleNewOrchestrationInstanceAsync(Orchestrators.RunDuePolicies, tick.InstanceId, tick, cancellation);
    }

    /// <summary>Where the engine doesn't say it, it is started: a second look at the same minute finds everything settled.</summary>
    private static async Task<bool> IsKnownAsync(IDurableClient engine, TickOrder tick, CancellationToken cancellation)
    {
        try
        {
            return await engine.GetInstanceAsync(tick.InstanceId, cancellation) is not null;
        }
        catch (DurableClientException)
        {
            return false;
        }
    }
}
