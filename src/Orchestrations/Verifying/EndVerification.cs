using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Verifying;

internal sealed record VerificationEnd(
    VerificationOrder Order,
    DateTimeOffset StartedAt,
    Failure? Failure,
    Cancellation? Cancelled,
    DateTimeOffset EndedAt
);

/// <summary>Combines what was noted of each cluster into the run's report. Repeated, it writes the same.</summary>
internal sealed class EndVerification(RunRecords records) : RunActivity<VerificationEnd, RunResult>(records)
{
    public const string Name = nameof(EndVerification);

    protected override Task<RunResult> DoAsync(VerificationEnd end, CancellationToken cancellation) => EndAsync(end, cancellation);

    public async Task<RunResult> EndAsync(VerificationEnd end, CancellationToken cancellation)
    {
        var run = end.Order.Run;
        var notes = new VerifyNotes(Records.Environment.Control, run);
        var isOrdered = await Records.Orders.TryFindAsync(run, cancellation) is not null;
        if (!isOrdered && (await Records.Reports.EndOfAsync(run, cancellation)).Report is { } written)
            return RunResult.Of(written);
        var report = Report(end, await notes.ReadAsync(cancellation));
        await Records.Reports.WriteAsync(report, cancellation);
        if (report.State != RunState.Cancelled && end.Order.Cluster is null)
            await new LastVerification(Records.Environment.Control).NoteAsync(report, cancellation);
        await Records.Stops.RemoveAsync(run, cancellation);
        await Records.Orders.RemoveAsync(run, cancellation);
        await notes.RemoveAsync(cancellation);
        return RunResult.Of(report);
    }

    private static RunReport Report(VerificationEnd end, ImmutableArray<VerifiedCluster> clusters) =>
        new()
        {
            Run = end.Order.Run,
            Kind = RunKind.Verification,
            State = StateOf(end, clusters),
            RequestedBy = end.Order.RequestedBy,
            Cluster = end.Order.Cluster,
            StartedAt = end.StartedAt,
            EndedAt = end.EndedAt,
            Seconds = (end.EndedAt - end.StartedAt).TotalSeconds,
            Failure = end.Cancelled is { } by
                ? Failure.OfCancelling($"stopped by {by.By}; what was verified until then is in the report", "Start it again")
                : end.Failure ?? Damaged(clusters),
            Cancelled = end.Cancelled,
            Verification = clusters,
        };

    private static Failure? Damaged(ImmutableArray<VerifiedCluster> clusters)
    {
        var damaged = clusters.Where(c => c.Damage > 0).ToList();
        if (damaged is not [var first, ..])
            return null;
        var number = damaged.Sum(c => c.Damage).ToString(CultureInfo.InvariantCulture);
        return Failure.Of(
            FailureSide.Vault,
            FailureCode.Damaged,
            $"{number} findings of damage in {damaged.Count} clusters. The first, of {first.Cluster}: {first.Findings[0].Message}"
        );
    }

    private static RunState StateOf(VerificationEnd end, ImmutableArray<VerifiedCluster> clusters) =>
        end.Cancelled is not null ? RunState.Cancelled
        : end.Failure is not null || clusters.Any(c => c.Damage > 0) ? RunState.Failed
        : clusters.Length > 0 && clusters.All(c => c.Failure is not null) ? RunState.Failed
        : clusters.Any(c => c.Failure is not null) ? RunState.Partial
        : RunState.Succeeded;
}
