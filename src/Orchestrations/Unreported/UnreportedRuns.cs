using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Holdfast.Orchestrations.Unreported;

/// <summary>
/// Finds runs that have ended without a report: terminated, failed or purged in the engine, or never begun. Each gets its report, so that
/// it isn't waited for and its clusters are free for the next run. A run whose documents can't be read, or whose report can't be written,
/// affects no other.
/// </summary>
public sealed partial class UnreportedRuns(RunWorkspace workspace, DurableTaskClient engine, ILogger log)
{
    /// <summary>How long after its order was stored a run that the engine doesn't know may still be on its way there.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>How long an order stays though its run has its report: a part of a fleet may need it.</summary>
    private static readonly TimeSpan OrderKept = TimeSpan.FromDays(2);

    /// <summary>Instances that were started longer ago than this are left as they are.</summary>
    private static readonly TimeSpan Recent = TimeSpan.FromDays(1);

    private readonly MissingReports missing = new(workspace);

    private DateTimeOffset Now => workspace.Environment.Time.GetUtcNow();

    /// <summary>Checks every run whose order is stored.</summary>
    /// <returns>False: of some runs it is unknown whether they are still running.</returns>
    public async Task<bool> ReportStoredAsync(CancellationToken cancellation)
    {
        var unknown = new List<Exception>();
        try
        {
            await foreach (var run in workspace.Records.Orders.ListAsync(cancellation))
            {
                if (await UnknownAsync(run, cancellation) is { } fault)
                    unknown.Add(fault);
            }
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            unknown.Add(fault);
        }
        if (unknown.Count > 0)
            LogUnknown(log, unknown[0], unknown.Count);
        return unknown.Count == 0;
    }

    /// <summary>
    /// Checks instances that failed or were terminated recently, the parts of fleets included, which have no stored order of their own.
    /// </summary>
    public async Task ReportEndedAsync(CancellationToken cancellation)
    {
        var query = new OrchestrationQuery
        {
            Statuses = [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated],
            CreatedFrom = Now - Recent,
            FetchInputsAndOutputs = true,
        };
        await foreach (var instance in engine.GetAllInstancesAsync(query).WithCancellation(cancellation))
            await GuardAsync(instance.InstanceId, () => ReportAsync(instance, cancellation), cancellation);
    }

    /// <returns>Why the engine can't be asked about the run; null: it was asked.</returns>
    private async Task<Exception?> UnknownAsync(RunId run, CancellationToken cancellation)
    {
        try
        {
            var instance = await engine.GetInstanceAsync(run.ToString(), getInputsAndOutputs: true, cancellation);
            if (instance is null or { IsCompleted: true })
                await GuardAsync(run.ToString(), () => ReportAsync(run, instance, cancellation), cancellation);
            return null;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            return fault;
        }
    }

    private async Task GuardAsync(string run, Func<Task> report, CancellationToken cancellation)
    {
        try
        {
            await report();
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            LogUnreported(log, fault, run);
        }
    }

    private async Task ReportAsync(OrchestrationMetadata instance, CancellationToken cancellation)
    {
        if (!RunId.TryParse(instance.InstanceId, out var run) || await HasReportAsync(run, instance.CreatedAt, cancellation))
            return;
        if (((await workspace.Records.Orders.TryFindAsync(run, cancellation))?.Order ?? OrderOf(instance)) is { } order)
            await ReportAsync(order, instance, cancellation);
    }

    private async Task ReportAsync(RunId run, OrchestrationMetadata? instance, CancellationToken cancellation)
    {
        var stored = await workspace.Records.Orders.TryFindAsync(run, cancellation);
        // where the stored order can't be used, the engine may know as much as is needed here
        if ((stored?.Order ?? OrderOf(instance)) is not { } order)
            return;
        var startedAt = stored?.At ?? instance!.CreatedAt;
        if (await HasReportAsync(run, instance?.CreatedAt ?? startedAt, cancellation))
        {
            if (Now - startedAt > OrderKept)
                await workspace.Records.Orders.RemoveAsync(run, cancellation);
        }
        else if (instance is not null || Now - startedAt > Grace)
        {
            await ReportAsync(order, instance, cancellation);
        }
    }

    /// <summary>
    /// A run that is resumed has the report of its first attempt. One that can't be used is a report too, and is left as it is.
    /// </summary>
    private async Task<bool> HasReportAsync(RunId run, DateTimeOffset since, CancellationToken cancellation)
    {
        var (hasEnded, report) = await workspace.Records.Reports.EndOfAsync(run, cancellation);
        return hasEnded && (report is null || report.EndedAt >= since);
    }

    private async Task ReportAsync(OrderRef order, OrchestrationMetadata? instance, CancellationToken cancellation)
    {
        var why = WhyOf(instance);
        LogEnded(log, order.Run.ToString(), why);
        var end = new SilentEnd(why, Now)
        {
            Terminated = instance?.RuntimeStatus is OrchestrationRuntimeStatus.Terminated,
            Begun = HasBegun(order, instance),
            StillRunning = order is FleetOrderRef ? await PartsRunningAsync(order.Run, cancellation) : [],
        };
        await missing.EndAsync(order, end, cancellation);
    }

    private static string WhyOf(OrchestrationMetadata? instance) =>
        instance is null
            ? "the engine doesn't know it: its history was purged, or it was never started"
            : instance.FailureDetails?.ErrorMessage
                ?? instance.SerializedOutput
                ?? $"it ended as {instance.RuntimeStatus} and left no reason";

    /// <summary>What waits for an approval has changed nothing, and must not pass for something that may be resumed.</summary>
    private static bool HasBegun(OrderRef order, OrchestrationMetadata? instance) =>
        order switch
        {
            RestoreOrder restore => restore.Resume || (HasBegun(instance) ?? restore.Approval is null),
            RecoveryOrder recovery => recovery.Resume || (HasBegun(instance) ?? (recovery.Approval is null && !recovery.PlanOnly)),
            _ => false,
        };

    private static bool? HasBegun(OrchestrationMetadata? instance) => RunStatus.TryRead(instance?.SerializedCustomStatus)?.HasBegun;

    private async Task<ImmutableHashSet<RunId>> PartsRunningAsync(RunId fleet, CancellationToken cancellation)
    {
        var running = ImmutableHashSet.CreateBuilder<RunId>();
        var query = new OrchestrationQuery
        {
            Statuses = [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended],
            InstanceIdPrefix = $"{fleet}.",
        };
        await foreach (var instance in engine.GetAllInstancesAsync(query).WithCancellation(cancellation))
        {
            if (RunId.TryParse(instance.InstanceId, out var run) && run.Whole == fleet)
                running.Add(run);
        }
        return running.ToImmutable();
    }

    /// <summary>What the orchestration was started with. Null: it isn't a run, or of another version.</summary>
    private static OrderRef? OrderOf(OrchestrationMetadata? instance)
    {
        if (instance?.SerializedInput is not { } input)
            return null;
        try
        {
            return instance.Name switch
            {
                Orchestrators.Capture => JsonSerializer.Deserialize(input, HoldfastJson.Default.CaptureOrderRef),
                Orchestrators.Fleet => JsonSerializer.Deserialize(input, HoldfastJson.Default.FleetOrderRef),
                Orchestrators.Plan => JsonSerializer.Deserialize(input, HoldfastJson.Default.PlanOrder),
                Orchestrators.Restore => JsonSerializer.Deserialize(input, HoldfastJson.Default.RestoreOrder),
                Orchestrators.Recovery => JsonSerializer.Deserialize(input, HoldfastJson.Default.RecoveryOrder),
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [LoggerMessage(LogLevel.Error, "Run {Run} ended in the engine without a report; one was written on its behalf: {Why}")]
    private static partial void LogEnded(ILogger log, string run, string why);

    [LoggerMessage(LogLevel.Error, "Run {Run} has ended without a report, and none can be written yet")]
    private static partial void LogUnreported(ILogger log, Exception exception, string run);

    [LoggerMessage(
        LogLevel.Error,
        "Whether runs are still running can't be found out ({Times} times, this is the first reason); retrying in the next minute"
    )]
    private static partial void LogUnknown(ILogger log, Exception exception, int times);
}
