using Holdfast.Functions.App;
using Holdfast.Functions.Scheduling;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Serving;

/// <summary>The timers of an app that no Functions host fires: at each full minute, and once at the start for what was missed.</summary>
internal static class MinuteClock
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>Until cancelled: timers log their failures and throw none.</summary>
    public static async Task RunAsync(HoldfastApp app, DurableTaskClient engine, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Timers.ScheduleAsync(app, engine, cancellation);
                if (app.Time.GetUtcNow().Minute % 5 == 0)
                    await Timers.HousekeepAsync(app, engine, cancellation);
                await Task.Delay(UntilNextMinute(app.Time.GetUtcNow()), app.Time, cancellation);
            }
        }
#pragma warning disable CA1031 // The process stops: whatever that interrupted is done after the next start.
        catch (Exception) when (cancellation.IsCancellationRequested) { }
#pragma warning restore CA1031
    }

    /// <summary>A little behind the minute, so that a clock that is set back a bit doesn't show the minute before.</summary>
    private static TimeSpan UntilNextMinute(DateTimeOffset now) =>
        Minute - TimeSpan.FromTicks(now.UtcTicks % Minute.Ticks) + TimeSpan.FromMilliseconds(50);
}
