using Holdfast.Functions.App;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Scheduling;

/// <summary>
/// Starts retention once a day: at the first look after its hour, so that a day on which the app was down at that time isn't left out.
/// </summary>
internal static class DailyRetention
{
    /// <summary>Of the day, UTC.</summary>
    private const int Hour = 3;

    /// <summary>Makes the run's id the same for all that look on one day.</summary>
    private const uint Number = 0x7e7e_0001;

    /// <summary>As of policies' runs.</summary>
    private const string Requester = "schedule";

    public static async Task StartAsync(HoldfastApp app, DurableTaskClient engine, DateTimeOffset now, CancellationToken cancellation)
    {
        var due = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(Hour);
        var run = RunId.New(due, Number);
        if (now < due || await IsKnownAsync(app, engine, run, cancellation))
            return;
        await app.Orders.StartAsync(
            engine,
            at =>
                new(at)
                {
                    Retention = new() { Run = run, RequestedBy = Requester },
                },
            cancellation
        );
    }

    private static async Task<bool> IsKnownAsync(HoldfastApp app, DurableTaskClient engine, RunId run, CancellationToken cancellation) =>
        await app.Environment.Control.ReadAsync(RunReports.PathOf(run), cancellation) is not null
        || await app.Environment.Control.ReadAsync(RunOrders.PathOf(run), cancellation) is not null
        || await engine.GetInstanceAsync(run.ToString(), cancellation) is not null;
}
