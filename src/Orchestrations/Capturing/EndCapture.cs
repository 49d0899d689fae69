using Holdfast.Capture;
using Holdfast.Control;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Failure">Null: the point is sealed.</param>
internal sealed record CaptureEnd(
    CaptureOrder Order,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    RunFailure? Failure,
    Cancellation? Cancelled
);

/// <summary>
/// Writes a capture's report and clears away what the run needed. Repeated, it gives the report that it wrote; only the report of a loss
/// gives way to a later one. A fleet that has ended before is told, too.
/// </summary>
internal sealed class EndCapture(RunWorkspace workspace) : RunActivity<CaptureEnd, RunResult>(workspace)
{
    public const string Name = nameof(EndCapture);

    protected override Task<RunResult> DoAsync(CaptureEnd end, CancellationToken cancellation) => EndAsync(end, cancellation);

    public async Task<RunResult> EndAsync(CaptureEnd end, CancellationToken cancellation)
    {
        var subject = new CaptureSubject(end.Order.Run, end.Order.Cluster);
        var (_, report) = await Workspace.Reports.EndOfAsync(end.Order.Run, cancellation);
        if (report is null || RunFailures.IsLoss(report))
        {
            report = await ReportAsync(end, subject, cancellation);
            await Workspace.Reports.WriteAsync(report, cancellation);
        }
        if (end.Order.Run.Fleet is { } fleet)
            await Workspace.Reports.SettleAsync(fleet, report, cancellation);
        await ClearAsync(subject, cancellation);
        return RunResult.Of(report);
    }

    /// <summary>A ledger that can't be read is no reason to report nothing: the report says so.</summary>
    private async Task<RunReport> ReportAsync(CaptureEnd end, CaptureSubject subject, CancellationToken cancellation)
    {
        try
        {
            return Report(end, await Workspace.Captures.LedgerOf(subject).FindReportAsync(cancellation));
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return Report(end with { Failure = end.Failure ?? RunFailures.OfException(unusable) }, made: null);
        }
    }

    private async Task ClearAsync(CaptureSubject subject, CancellationToken cancellation)
    {
        await Workspace.Captures.ClearAsync(subject, cancellation);
        await Workspace.Stops.ForgetAsync(subject.Run, cancellation);
        if (subject.Run.Fleet is null)
            await Workspace.Orders.ForgetAsync(subject.Run, cancellation);
    }

    /// <param name="made">A point that was sealed is one, whatever happened after.</param>
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
            _ => end.Cancelled is null && end.Failure?.Reason != nameof(RunState.Cancelled) ? RunState.Failed : RunState.Cancelled,
        };
}
