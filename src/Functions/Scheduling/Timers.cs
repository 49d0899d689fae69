using Holdfast.Control;
using Holdfast.Functions.Api.Runs;
using Holdfast.Functions.App;
using Holdfast.Functions.Standby;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Unreported;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Scheduling;

/// <summary>
/// What the app's timers do, fired by the Functions host or by the app itself. A part that fails is logged, warned about and done
/// again at the next time; the other parts are done all the same. Nothing is thrown unless the call is cancelled.
/// </summary>
internal static partial class Timers
{
    /// <summary>
    /// Starts this minute's evaluation of the policies, once runs that left no report have theirs; a minute that was evaluated already is
    /// left alone.
    /// </summary>
    public static async Task ScheduleAsync(HoldfastApp app, DurableTaskClient engine, CancellationToken cancellation)
    {
        await PartAsync(
            app,
            "evaluation of the policies",
            () => AsOwnerAsync(app, () => EvaluateAsync(app, engine, cancellation), cancellation),
            cancellation
        );
        await PartAsync(app, "notifications", () => NewNotifications.StartAsync(app, engine, cancellation), cancellation);
        if (!app.Environment.Replicas.IsEmpty)
            await PartAsync(
                app,
                "replication after captures",
                () => AsOwnerAsync(app, () => NewReplication.StartAsync(app, engine, cancellation), cancellation),
                cancellation
            );
    }

    /// <summary>
    /// Reports of runs that left none, ages of points; once a day, the start of retention and of a verification; and once an hour, removal
    /// of what isn't needed any more.
    /// </summary>
    public static async Task HousekeepAsync(HoldfastApp app, DurableTaskClient engine, CancellationToken cancellation)
    {
        await PartAsync(app, "reports of runs that left none", () => Unreported(app, engine).ReportEndedAsync(cancellation), cancellation);
        await PartAsync(app, "reports of stored runs", () => Unreported(app, engine).ReportStoredAsync(cancellation), cancellation);
        if (app.Settings.Telemetry)
            await PartAsync(app, "ages of points", () => app.Ages.MeasureAsync(app.Environment, cancellation), cancellation);
        var now = app.Time.GetUtcNow();
        await PartAsync(
            app,
            "retention",
            () => AsOwnerAsync(app, () => DailyRun.Retention.StartAsync(app, engine, now, cancellation), cancellation),
            cancellation
        );
        await PartAsync(app, "replicas", () => ReplicateAsync(app, engine, now, cancellation), cancellation);
        await PartAsync(app, "state of notifications", () => NewNotifications.LookAsync(app, cancellation), cancellation);
        await PartAsync(app, "verification", () => VerifyAsync(app, engine, now, cancellation), cancellation);
        if (now.Minute >= 5)
            return;
        await PartAsync(app, "idempotency keys", () => ClearKeysAsync(app, now, cancellation), cancellation);
        await PartAsync(app, "histories", () => Histories.PurgeAsync(engine, now - Histories.Kept, cancellation), cancellation);
    }

    private static async Task EvaluateAsync(HoldfastApp app, DurableTaskClient engine, CancellationToken cancellation)
    {
        var now = app.Time.GetUtcNow();
        var tick = new TickOrder(new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero));
        if (await IsKnownAsync(app, engine, tick, cancellation))
            return;
        tick = tick with { EngineAsked = await Unreported(app, engine).ReportStoredAsync(cancellation) };
        var options = new StartOrchestrationOptions(tick.InstanceId);
        await engine.ScheduleNewOrchestrationInstanceAsync(Orchestrators.Schedule, tick, options, cancellation);
    }

    /// <summary>A standby leaves the vault to the service that replicates into it.</summary>
    private static async Task AsOwnerAsync(HoldfastApp app, Func<Task> work, CancellationToken cancellation)
    {
        if (await StandbyGate.IsOpenAsync(app.Environment, app.Settings.Standby, cancellation))
            await work();
    }

    private static async Task ReplicateAsync(HoldfastApp app, DurableTaskClient engine, DateTimeOffset now, CancellationToken cancellation)
    {
        if (!app.Environment.Replicas.IsEmpty)
        {
            await AsOwnerAsync(app, () => DailyRun.Replication.StartAsync(app, engine, now, cancellation), cancellation);
            await NewReplication.LookForTakeoversAsync(app, cancellation);
        }
        app.Warnings.TakenOver(await new Fences(app.Environment.Control).ReadAsync(cancellation));
        app.Warnings.MayBeLost(await app.RegionSecretsAsync(cancellation));
        if (app.Settings.Telemetry)
            await app.Lags.MeasureAsync(app.Environment, cancellation);
    }

    private static async Task VerifyAsync(HoldfastApp app, DurableTaskClient engine, DateTimeOffset now, CancellationToken cancellation)
    {
        await DailyRun.Verification.StartAsync(app, engine, now, cancellation);
        app.Warnings.Verified(await new LastVerification(app.Environment.Control).FindAsync(cancellation));
    }

    private static Task ClearKeysAsync(HoldfastApp app, DateTimeOffset now, CancellationToken cancellation) =>
        ExpiredNotes.ClearAsync(app.Environment.Control, ControlPaths.Requests, now - (2 * Idempotency.Kept), cancellation);

    private static UnreportedRuns Unreported(HoldfastApp app, DurableTaskClient engine) => new(app.Workspace, engine, app.Log);

    private static async Task PartAsync(HoldfastApp app, string part, Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await work();
            app.Warnings.Succeeded(part);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            app.Warnings.Failed(part, fault);
            LogFailed(app.Log, fault, part);
        }
    }

    /// <summary>
    /// Where the engine doesn't answer, the evaluation is started: a second one of the same minute finds everything decided.
    /// </summary>
    private static async Task<bool> IsKnownAsync(HoldfastApp app, DurableTaskClient engine, TickOrder tick, CancellationToken cancellation)
    {
        try
        {
            return await engine.GetInstanceAsync(tick.InstanceId, cancellation) is not null;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            LogFailed(app.Log, fault, "whether this minute's policies were evaluated");
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "A timer failed at: {Part}; retrying at its next time")]
    private static partial void LogFailed(ILogger log, Exception exception, string part);
}
