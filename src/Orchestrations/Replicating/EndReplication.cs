using System.Collections.Immutable;
using Holdfast.Control.Documents;
using Holdfast.Control.Registration;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Replicating;

internal sealed record ReplicationEnd(
    ReplicationOrder Order,
    DateTimeOffset StartedAt,
    Failure? Failure,
    Cancellation? Cancelled,
    DateTimeOffset EndedAt
);

/// <summary>Combines what was noted of each cluster and replica into the run's report. Repeated, it writes the same.</summary>
internal sealed class EndReplication(RunRecords records) : RunActivity<ReplicationEnd, RunResult>(records)
{
    public const string Name = nameof(EndReplication);

    protected override Task<RunResult> DoAsync(ReplicationEnd end, CancellationToken cancellation) => EndAsync(end, cancellation);

    public async Task<RunResult> EndAsync(ReplicationEnd end, CancellationToken cancellation)
    {
        var run = end.Order.Run;
        var notes = new ReplicationNotes(Records.Environment.Control, run);
        var isOrdered = await Records.Orders.TryFindAsync(run, cancellation) is not null;
        if (!isOrdered && (await Records.Reports.EndOfAsync(run, cancellation)).Report is { } written)
            return RunResult.Of(written);
        var report = Report(end, await notes.ReadAsync(cancellation)) with { Notes = await NeedsAsync(end.Order, cancellation) };
        await Records.Reports.WriteAsync(report, cancellation);
        await Records.Stops.RemoveAsync(run, cancellation);
        await Records.Orders.RemoveAsync(run, cancellation);
        await notes.RemoveAsync(cancellation);
        return RunResult.Of(report);
    }

    /// <summary>Once a day: what a standby needs beside the replica, and what may be gone with this region.</summary>
    private async Task<ImmutableArray<string>> NeedsAsync(ReplicationOrder order, CancellationToken cancellation)
    {
        if (order.IsAfterSeals)
            return [];
        var registered = await new ControlDocuments(Records.Environment.Control).AllClustersAsync(cancellation);
        return
        [
            .. from kept in registered
            where kept.Document is not null
            from need in RegistrationNeeds.Of(kept.Document!)
            select $"a standby in another region needs, too, for {kept.Name}: {need}",
        ];
    }

    private static RunReport Report(ReplicationEnd end, ImmutableArray<ReplicatedCluster> clusters) =>
        new()
        {
            Run = end.Order.Run,
            Kind = RunKind.Replication,
            State = StateOf(end, clusters),
            RequestedBy = end.Order.RequestedBy,
            Cluster = end.Order.Cluster,
            StartedAt = end.StartedAt,
            EndedAt = end.EndedAt,
            Seconds = (end.EndedAt - end.StartedAt).TotalSeconds,
            Failure = end.Cancelled is { } by
                ? Failure.OfCancelling($"stopped by {by.By}; what was copied until then stays", "The next run continues")
                : end.Failure,
            Cancelled = end.Cancelled,
            Replication = clusters,
        };

    private static RunState StateOf(ReplicationEnd end, ImmutableArray<ReplicatedCluster> clusters) =>
        end.Cancelled is not null ? RunState.Cancelled
        : end.Failure is not null ? RunState.Failed
        : clusters.Length > 0 && clusters.All(c => c.Failure is not null) ? RunState.Failed
        : clusters.Any(c => c.IsFlawed) ? RunState.Partial
        : RunState.Succeeded;
}
