using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Durable.Client;
using Holdfast.Functions.Api.Runs;
using Holdfast.Orchestrations;
using Holdfast.Orchestrations.Lost;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Restore;

namespace Holdfast.Functions.Scheduling;

/// <summary>
/// Finds runs that should be going on and don't: terminated or failed in the engine, purged from it, or never begun. Each gets its report, so that nobody waits for it and its clusters are free for the next run.
/// What the mending timer is going to take up again is none of these.
/// </summary>
internal static partial class Losses
{
    /// <summary>How long after its order was kept a run that the engine doesn't know may still be on its way there.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>An order that lies there though its run has ended: a part of a fleet may have needed it.</summary>
    private static readonly TimeSpan OrderKept = TimeSpan.FromDays(2);

    /// <summary>Looks at every run whose order is kept.</summary>
    /// <returns>False: the engine can't be asked, and so nothing is known of the others.</returns>
    public static async Task<bool> LookAsync(HoldfastApp app, IDurableClient engine, CancellationToken cancellation)
    {
        try
        {
            await foreach (var run in app.Orders.ListAsync(cancellation))
            {
                var instance = await engine.GetInstanceAsync(run.ToString(), cancellation);
                if (instance is null or { IsFinished: true })
                    await LookAsync(app, engine, run, instance, cancellation);
            }
            return true;
        }
        catch (DurableClientException fault)
        {
            LogUnknown(app.Log, fault);
            return false;
        }
    }

    /// <summary>Tells of a run that has ended in the engine, a fleet's part included, unless it told of itself.</summary>
    /// <param name="instance">With its input.</param>
    public static Task TellAsync(HoldfastApp app, IDurableClient engine, OrchestrationMetadata instance, CancellationToken cancellation) => AloneAsync(app, instance.InstanceId, async () =>
    {
        if (!RunId.TryParse(instance.InstanceId, out var run) || await IsToldAsync(app, run, instance.CreatedAt, cancellation))
            return;
        if ((await app.Orders.FindAsync(run, cancellation) ?? OrderOf(instance)) is { } order)
            await EndAsync(app, engine, order, instance, cancellation);
    });

    private static Task LookAsync(HoldfastApp app, IDurableClient engine, RunId run, OrchestrationMetadata? instance, CancellationToken cancellation) => AloneAsync(app, run.ToString(), async () =>
    {
        if (await app.Orders.FindAsync(run, cancellation) is { } order)
            await LookAsync(app, engine, order, instance, cancellation);
    });

    /// <summary>A run whose documents can't be read keeps no other from being told or mended, and no policy from being run.</summary>
    private static async Task AloneAsync(HoldfastApp app, string run, Func<Task> tell)
    {
        try
        {
            await tell();
        }
        catch (Exception fault) when (fault is ArchiveException or RestoreException)
        {
            LogUntold(app.Log, fault, run);
        }
    }

    private static async Task LookAsync(HoldfastApp app, IDurableClient engine, KeptOrder order, OrchestrationMetadata? instance, CancellationToken cancellation)
    {
        var age = app.Time.GetUtcNow() - order.At;
        if (await IsToldAsync(app, order.Run, instance?.CreatedAt ?? order.At, cancellation))
        {
            if (age > OrderKept)
                await app.Orders.ForgetAsync(order.Run, cancellation);
        }
        else if (instance is null ? age > Grace : !await Mending.WillMendAsync(app, instance, cancellation))
        {
            await EndAsync(app, engine, order, instance, cancellation);
        }
    }

    /// <summary>A run that is resumed has the report of its first life.</summary>
    private static async Task<bool> IsToldAsync(HoldfastApp app, RunId run, DateTimeOffset since, CancellationToken cancellation) =>
        await new RunReports(app.Environment.Control, app.Time).ReadAsync(run, cancellation) is { } report && report.EndedAt >= since;

    private static async Task EndAsync(HoldfastApp app, IDurableClient engine, KeptOrder order, OrchestrationMetadata? instance, CancellationToken cancellation)
    {
        var why = WhyOf(instance);
        LogLost(app.Log, order.Run.ToString(), why);
        var loss = new RunLoss(why, app.Time.GetUtcNow())
        {
            Terminated = instance?.RuntimeStatus is OrchestrationRuntimeStatus.Terminated,
            MayGoOn = instance?.RuntimeStatus is OrchestrationRuntimeStatus.Failed,
            Begun = HasBegun(order, instance),
            GoingOn = order.Fleet is null ? [] : await PartsGoingOnAsync(engine, order.Run, cancellation),
        };
        await new LostRuns(app.Environment).EndAsync(order, loss, cancellation);
    }

    private static string WhyOf(OrchestrationMetadata? instance) => instance is null
        ? "the engine knows nothing of it: its history was purged, or it never came to begin"
        : instance.FailureDetails?.ErrorMessage ?? instance.Output ?? $"it ended as {instance.RuntimeStatus} and left no reason";

    /// <summary>A restore that waits for an approval has changed nothing, and must not pass for one that may go on.</summary>
    private static bool HasBegun(KeptOrder order, OrchestrationMetadata? instance) => order.Restore is { } restore
        && (restore.Resume || (instance is not null && RunSummary.StatusOf(instance) is { } status ? status.HasBegun : restore.Approval is null));

    private static async Task<ImmutableHashSet<RunId>> PartsGoingOnAsync(IDurableClient engine, RunId fleet, CancellationToken cancellation)
    {
        var going = ImmutableHashSet.CreateBuilder<RunId>();
        var query = new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended], InstanceIdPrefix = $"{fleet}." };
        await foreach (var instance in engine.GetAllInstancesAsync(query, cancellation))
        {
            if (RunId.TryParse(instance.InstanceId, out var run) && run.Fleet == fleet)
                going.Add(run);
        }
        return going.ToImmutable();
    }

    /// <summary>A fleet's part has no order of its own, but its input says as much as is needed here. Null: it is no run, or of another version.</summary>
    private static KeptOrder? OrderOf(OrchestrationMetadata instance)
    {
        try
        {
            var kept = new KeptOrder(instance.CreatedAt);
            return (instance.Name, instance.Input) switch
            {
                (_, null) => null,
                (Orchestrators.CaptureCluster, { } input) => kept with { Capture = JsonSerializer.Deserialize(input, HoldfastJson.Default.CaptureOrder) },
                (Orchestrators.CaptureFleet, { } input) => kept with { Fleet = JsonSerializer.Deserialize(input, HoldfastJson.Default.FleetOrder) },
                (Orchestrators.PlanRestore, { } input) => kept with { Plan = JsonSerializer.Deserialize(input, HoldfastJson.Default.PlanOrder) },
                (Orchestrators.Restore, { } input) => kept with { Restore = JsonSerializer.Deserialize(input, HoldfastJson.Default.RestoreOrder) },
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "Run {Run} ended in the engine without telling of itself, and has its report now: {Why}")]
    private static partial void LogLost(ILogger log, string run, string why);

    [LoggerMessage(LogLevel.Warning, "Run {Run} is not going on, and can't be told of yet")]
    private static partial void LogUntold(ILogger log, Exception exception, string run);

    [LoggerMessage(LogLevel.Warning, "The engine can't be asked which runs go on; the next minute asks again")]
    private static partial void LogUnknown(ILogger log, Exception exception);
}
