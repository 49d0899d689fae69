using System.Collections.Immutable;
using Holdfast.Capture;
using Holdfast.Control;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Fleets;
using Holdfast.Orchestrations.Runs;
using Holdfast.Volumes.Hooks;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Failure">Null: the point is sealed.</param>
internal sealed record CaptureEnd(
    CaptureOrderRef Order,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    Failure? Failure,
    Cancellation? Cancelled
)
{
    /// <summary>What isn't as it should be, though a point was sealed. Null: nothing.</summary>
    public string? Warning { get; init; }
}

/// <summary>
/// Writes a capture's report and deletes what the run needed. Repeated, it returns the report that it wrote; only the report of a lost run
/// is replaced by a later one. The report of a fleet that has ended before is corrected.
/// </summary>
internal sealed class EndCapture(CaptureRuns captures) : RunActivity<CaptureEnd, RunResult>(captures.Records)
{
    public const string Name = nameof(EndCapture);

    protected override Task<RunResult> DoAsync(CaptureEnd end, CancellationToken cancellation) => EndAsync(end, cancellation);

    public async Task<RunResult> EndAsync(CaptureEnd end, CancellationToken cancellation)
    {
        var subject = new CaptureSubject(end.Order.Run, end.Order.Cluster);
        var (_, report) = await Records.Reports.EndOfAsync(end.Order.Run, cancellation);
        if (report is null || report.Failure is { IsLoss: true })
        {
            report = await ReportAsync(end, subject, cancellation);
            await Records.Reports.WriteAsync(report, cancellation);
        }
        if (end.Order.Run.Whole is { } fleet)
            await FleetReports.SettleAsync(Records.Environment.Control, fleet, report, cancellation);
        await ClearAsync(subject, cancellation);
        return RunResult.Of(report);
    }

    /// <summary>A ledger that can't be read must not prevent a report: the report says so.</summary>
    private async Task<RunReport> ReportAsync(CaptureEnd end, CaptureSubject subject, CancellationToken cancellation)
    {
        var (hooks, unread) = await HooksAsync(subject, cancellation);
        var report = await ReportAsync(end, subject, new[] { end.Warning, unread }.OfType<string>(), cancellation);
        return hooks.IsEmpty ? report : report with { Hooks = hooks };
    }

    private async Task<RunReport> ReportAsync(
        CaptureEnd end,
        CaptureSubject subject,
        IEnumerable<string> warnings,
        CancellationToken cancellation
    )
    {
        try
        {
            return await captures.LedgerOf(subject).FindReportAsync(cancellation) is { } made
                ? Report(end, made with { Warnings = [.. made.Warnings, .. warnings] })
                : Report(end with { Failure = WithWarnings(end.Failure, warnings) }, made: null);
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return Report(end with { Failure = end.Failure ?? Failure.Of(unusable) }, made: null);
        }
    }

    /// <summary>Without a point there is nothing else that could say them.</summary>
    private static Failure? WithWarnings(Failure? failure, IEnumerable<string> warnings) =>
        failure is null ? null : failure with { Message = string.Join(". ", warnings.Prepend(failure.Message)) };

    /// <returns>With a warning where what became of them can't be read: the point is as good as it was.</returns>
    private async Task<(ImmutableArray<HookOutcome> Hooks, string? Warning)> HooksAsync(
        CaptureSubject subject,
        CancellationToken cancellation
    )
    {
        try
        {
            return (await captures.VolumesOf(subject).HooksAsync(cancellation), null);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested && fault is not ControlException { IsOfDocument: false })
        {
            return ([], $"what became of the hooks can't be read: {Failure.Of(fault).Message}");
        }
    }

    private async Task ClearAsync(CaptureSubject subject, CancellationToken cancellation)
    {
        await captures.ClearAsync(subject, cancellation);
        await Records.Stops.RemoveAsync(subject.Run, cancellation);
        if (subject.Run.Whole is null)
            await Records.Orders.RemoveAsync(subject.Run, cancellation);
    }

    /// <param name="made">A sealed point counts, whatever happened afterwards.</param>
    private static RunReport Report(CaptureEnd end, CaptureReport? made)
    {
        var seconds = (end.EndedAt - end.StartedAt).TotalSeconds;
        return new()
        {
            Run = end.Order.Run,
            Kind = RunKind.Capture,
            State = StateOf(end, made),
            RequestedBy = end.Order.RequestedBy,
            Policy = end.Order.Policy,
            Cluster = end.Order.Cluster,
            StartedAt = end.StartedAt,
            EndedAt = end.EndedAt,
            Seconds = seconds,
            ObjectsPerSecond = made is null || seconds <= 0 ? 0 : Math.Round(made.Objects / seconds, 1),
            Failure = made is null ? end.Failure : null,
            Capture = made,
            AchievedRpoSeconds = (made?.PinnedAt - made?.PreviousAt)?.TotalSeconds,
            Cancelled = end.Cancelled,
        };
    }

    private static RunState StateOf(CaptureEnd end, CaptureReport? made) =>
        made switch
        {
            { State: CaptureState.Succeeded } => RunState.Succeeded,
            not null => RunState.Partial,
            _ => end.Cancelled is null && end.Failure is not { IsCancelled: true } ? RunState.Failed : RunState.Cancelled,
        };
}
