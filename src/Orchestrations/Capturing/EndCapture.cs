using Holdfast.Durable;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Capture;

namespace Holdfast.Orchestrations.Capturing;

/// <param name="Failure">Null: the point is sealed.</param>
internal sealed record CaptureEnd(CaptureOrder Order, DateTimeOffset StartedAt, DateTimeOffset EndedAt, RunFailure? Failure, Cancellation? Cancelled);

/// <summary>Writes a capture's report and clears away what the run needed. Repeated, it gives the report that it wrote.</summary>
internal sealed class EndCapture(CaptureDesk desk, RunReports reports, RunStops stops)
{
    public const string Name = nameof(EndCapture);

    public async Task<RunResult> RunAsync(ActivityContext context, CaptureEnd end)
    {
        var subject = new CaptureSubject(end.Order.Run, end.Order.Cluster);
        var report = await reports.ReadAsync(end.Order.Run, context.Cancellation);
        if (report is null)
        {
            report = Report(end, await desk.LedgerOf(subject).FindReportAsync(context.Cancellation));
            await reports.WriteAsync(report, context.Cancellation);
        }
        await desk.ClearAsync(subject, context.Cancellation);
        await stops.ForgetAsync(end.Order.Run, context.Cancellation);
        return RunResult.Of(report);
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

    private static RunState StateOf(CaptureEnd end, CaptureReport? made) => made switch
    {
        { State: CaptureState.Succeeded } => RunState.Succeeded,
        not null => RunState.Partial,
        _ => end.Cancelled is null && end.Failure?.Reason != nameof(RunState.Cancelled) ? RunState.Failed : RunState.Cancelled,
    };
}
