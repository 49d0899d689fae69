using Holdfast.Functions.App;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Scheduling;

/// <summary>
/// A run that is started once a day: at the first look after its hour, so that a day on which the app was down at that time isn't left out.
/// </summary>
/// <param name="Hour">Of the day, UTC.</param>
/// <param name="Number">Makes the run's id the same for all that look on one day.</param>
internal sealed record DailyRun(int Hour, uint Number, Func<HoldfastApp, StoredOrder, RunId, StoredOrder> With)
{
    /// <summary>As of policies' runs.</summary>
    public const string Requester = "schedule";

    public static readonly DailyRun Retention = new(
        3,
        0x7e7e_0001,
        (_, order, run) =>
            order with
            {
                Retention = new() { Run = run, RequestedBy = Requester },
            }
    );

    public static readonly DailyRun Verification = new(
        VerificationOrder.DailyHour,
        0x7e7e_0002,
        (app, order, run) =>
            order with
            {
                Verification = new()
                {
                    Run = run,
                    RequestedBy = Requester,
                    Sample = app.Settings.VerifySample,
                },
            }
    );

    /// <summary>What runs after captures have left behind.</summary>
    public static readonly DailyRun Replication = new(
        5,
        0x7e7e_0003,
        (_, order, run) =>
            order with
            {
                Replication = new() { Run = run, RequestedBy = Requester },
            }
    );

    public async Task StartAsync(HoldfastApp app, DurableTaskClient engine, DateTimeOffset now, CancellationToken cancellation)
    {
        var due = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddHours(Hour);
        var run = RunId.New(due, Number);
        if (now < due || await IsKnownAsync(app, engine, run, cancellation))
            return;
        await app.Orders.StartAsync(engine, at => With(app, new(at), run), cancellation);
    }

    private static async Task<bool> IsKnownAsync(HoldfastApp app, DurableTaskClient engine, RunId run, CancellationToken cancellation) =>
        await app.Environment.Control.ReadAsync(RunReports.PathOf(run), cancellation) is not null
        || await app.Environment.Control.ReadAsync(RunOrders.PathOf(run), cancellation) is not null
        || await engine.GetInstanceAsync(run.ToString(), cancellation) is not null;
}
