using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Holdfast.Orchestrations.Runs;

/// <summary>
/// The outcomes of runs, as spans of the source and metrics of the meter <c>Holdfast.Orchestrations</c>. Recorded when a report is
/// written; a report that is written again is recorded again.
/// </summary>
internal static class RunTelemetry
{
    public const string Name = RunTrace.SourceName;

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Runs = Meter.CreateCounter<long>("holdfast.runs", "{run}", "Runs that ended, by kind and state");
    private static readonly Counter<long> Points = Meter.CreateCounter<long>(
        "holdfast.points",
        "{point}",
        "Recovery points that were sealed, by state"
    );
    private static readonly Counter<long> Objects = Meter.CreateCounter<long>(
        "holdfast.objects",
        "{object}",
        "Objects that were captured or written by restores"
    );
    private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
        "holdfast.bytes",
        "By",
        "Bytes of captured manifests, and those that the vault grew by"
    );
    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "holdfast.failures",
        "{failure}",
        "Gaps of points, failed steps of restores, failed runs"
    );
    private static readonly Counter<long> Suspicious = Meter.CreateCounter<long>(
        "holdfast.suspicious.changes",
        "{change}",
        "Changes between recovery points that a person should look at, by kind"
    );
    private static readonly Histogram<double> Durations = Meter.CreateHistogram<double>("holdfast.run.duration", "s", "How long runs took");

    private static readonly Histogram<double> Recoveries = Meter.CreateHistogram<double>(
        "holdfast.restore.rto",
        "s",
        "The achieved recovery time of restores that are complete"
    );

    public static void Record(RunReport report)
    {
        var kind = KeyValuePair.Create<string, object?>("kind", report.Kind.ToString());
        var state = KeyValuePair.Create<string, object?>("state", report.State.ToString());
        Runs.Add(1, kind, state);
        Durations.Record(report.Seconds, kind, state);
        if (report.Failure is not null)
            Failures.Add(1, kind, KeyValuePair.Create<string, object?>("what", "run"));
        if (report.Capture is { } capture)
        {
            Points.Add(1, state);
            Objects.Add(capture.Objects, kind);
            Bytes.Add(capture.Bytes, KeyValuePair.Create<string, object?>("what", "manifests"));
            Bytes.Add(capture.BytesWritten, KeyValuePair.Create<string, object?>("what", "vault"));
            Failures.Add(capture.Gaps.Length, kind, KeyValuePair.Create<string, object?>("what", "gap"));
            foreach (var change in capture.Suspicious)
                Suspicious.Add(1, KeyValuePair.Create<string, object?>("what", change.Kind.ToString()));
        }
        if (report.Restore is { } restore)
        {
            Objects.Add(restore.Counts.Where(c => c.Key is "Created" or "Updated" or "Replaced" or "Deleted").Sum(c => c.Value), kind);
            Failures.Add(restore.Failures.Length, kind, KeyValuePair.Create<string, object?>("what", "step"));
            if (restore.Timings?.RtoSeconds is { } rto)
                Recoveries.Record(rto, KeyValuePair.Create<string, object?>("waited", restore.Timings.ReadySeconds is not null));
        }
        Span(report);
    }

    /// <summary>Over the whole time of the run, in the trace of what it did.</summary>
    private static void Span(RunReport report)
    {
        using var span = RunTrace.Source.StartActivity(
            $"{report.Kind}",
            ActivityKind.Internal,
            RunTrace.Of(report.Run.ToString()),
            startTime: report.StartedAt
        );
        if (span is null)
            return;
        span.SetTag("holdfast.run", report.Run.ToString())
            .SetTag("holdfast.state", report.State.ToString())
            .SetTag("holdfast.cluster", report.Cluster?.ToString())
            .SetTag("holdfast.policy", report.Policy);
        if (report.State == RunState.Failed)
            span.SetStatus(ActivityStatusCode.Error, report.Failure?.Code);
        span.SetEndTime(report.EndedAt.UtcDateTime);
    }
}
