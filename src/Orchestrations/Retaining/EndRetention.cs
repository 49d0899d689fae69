using System.Collections.Immutable;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Retaining;

internal sealed record RetentionEnd(
    RetentionOrder Order,
    DateTimeOffset StartedAt,
    Failure? Failure,
    Cancellation? Cancelled,
    DateTimeOffset EndedAt
);

/// <summary>Combines what was noted of each cluster into the run's report. Repeated, it writes the same.</summary>
internal sealed class EndRetention(RunRecords records) : RunActivity<RetentionEnd, RunResult>(records)
{
    public const string Name = nameof(EndRetention);

    protected override Task<RunResult> DoAsync(RetentionEnd end, CancellationToken cancellation) => EndAsync(end, cancellation);

    public async Task<RunResult> EndAsync(RetentionEnd end, CancellationToken cancellation)
    {
        var run = end.Order.Run;
        var notes = new PruneNotes(Records.Environment.Control, run);
        var isOrdered = await Records.Orders.TryFindAsync(run, cancellation) is not null;
        if (!isOrdered && (await Records.Reports.EndOfAsync(run, cancellation)).Report is { } written)
            return RunResult.Of(written);
        var report = Report(end, await notes.ReadAsync(cancellation));
        await Records.Reports.WriteAsync(report, cancellation);
        await Records.Stops.RemoveAsync(run, cancellation);
        await Records.Orders.RemoveAsync(run, cancellation);
        await notes.RemoveAsync(cancellation);
        return RunResult.Of(report);
    }

    private static RunReport Report(RetentionEnd end, ImmutableArray<PrunedCluster> clusters) =>
        new()
        {
            Run = end.Order.Run,
            Kind = RunKind.Retention,
            State = StateOf(end, clusters),
            RequestedBy = end.Order.RequestedBy,
            StartedAt = end.StartedAt,
            EndedAt = end.EndedAt,
            Seconds = (end.EndedAt - end.StartedAt).TotalSeconds,
            Failure = end.Cancelled is null ? end.Failure : Stopped(end.Cancelled),
            Cancelled = end.Cancelled,
            Retention = clusters,
        };

    private static RunState StateOf(RetentionEnd end, ImmutableArray<PrunedCluster> clusters) =>
        end.Cancelled is not null ? RunState.Cancelled
        : end.Failure is not null || (clusters.Length > 0 && clusters.All(c => c.Failure is not null)) ? RunState.Failed
        : clusters.Any(c => c.Failure is not null || c.Problems.Length > 0) ? RunState.Partial
        : RunState.Succeeded;

    private static Failure Stopped(Cancellation by) =>
        Failure.OfCancelling($"stopped by {by.By}; what was expired and purged until then stays so", "The next run continues");
}
