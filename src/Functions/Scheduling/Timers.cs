using Holdfast.Functions.Api.Repeating;
using Holdfast.Orchestrations.Runs;
using Holdfast.Orchestrations.Unreported;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Scheduling;

/// <summary>What the app's timers do, whoever fires them: the Functions host, or the app itself.</summary>
internal static partial class Timers
{
    /// <summary>Starts this minute's look at the policies, once runs that left no report have theirs; a minute that was looked at already is left alone.</summary>
    public static async Task ScheduleAsync(HoldfastApp app, DurableTaskClient engine, CancellationToken cancellation)
    {
        var now = app.Time.GetUtcNow();
        var tick = new TickOrder(new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMinute), TimeSpan.Zero));
        if (await IsKnownAsync(app, engine, tick, cancellation))
            return;
        tick = tick with { EngineAsked = await Unreported(app, engine).ReportStoredAsync(cancellation) };
        await engine.ScheduleNewOrchestrationInstanceAsync(Orchestrators.RunDuePolicies, tick, new StartOrchestrationOptions(tick.InstanceId), cancellation);
    }

    /// <summary>Each of its parts is done whatever becomes of the others.</summary>
    public static async Task HousekeepAsync(HoldfastApp app, DurableTaskClient engine, CancellationToken cancellation)
    {
        await PartAsync(app, "reports of runs that left none", () => Unreported(app, engine).ReportEndedAsync(cancellation), cancellation);
        await PartAsync(app, "reports of runs whose orders are stored", () => Unreported(app, engine).ReportStoredAsync(cancellation), cancellation);
        if (app.Settings.Telemetry)
            await PartAsync(app, "ages of points", () => app.Ages.MeasureAsync(app, cancellation), cancellation);
        var now = app.Time.GetUtcNow();
        if (now.Minute >= 5)
            return;
        // once an hour
        await PartAsync(app, "idempotency keys", () => Leftovers.ClearAsync(app.Environment.Control, Idempotency.Folder, now - (2 * Idempotency.Kept), cancellation), cancellation);
        await PartAsync(app, "histories", () => Histories.ForgetAsync(engine, now - Histories.Kept, cancellation), cancellation);
    }

    private static UnreportedRuns Unreported(HoldfastApp app, DurableTaskClient engine) => new(app.Workspace, engine, app.Log);

    private static async Task PartAsync(HoldfastApp app, string part, Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await work();
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            LogFailed(app.Log, fault, part);
        }
    }

    /// <summary>Where the engine doesn't answer, the look is started: a second one at the same minute finds everything decided.</summary>
    private static async Task<bool> IsKnownAsync(HoldfastApp app, DurableTaskClient engine, TickOrder tick, CancellationToken cancellation)
    {
        try
        {
            return await engine.GetInstanceAsync(tick.InstanceId, cancellation) is not null;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            LogFailed(app.Log, fault, "whether this minute's policies were looked at");
            return false;
        }
    }

    [LoggerMessage(LogLevel.Error, "Housekeeping failed at: {Part}; retrying at the next time")]
    private static partial void LogFailed(ILogger log, Exception exception, string part);
}
