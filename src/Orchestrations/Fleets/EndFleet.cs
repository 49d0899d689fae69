using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Activities;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

internal sealed record FleetEnd(
    FleetOrderRef Order,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    FleetCounts Totals,
    Cancellation? Cancelled
);

/// <summary>
/// Combines the reports of a fleet's clusters into one. Repeated, it writes the same. A cluster's part that ends later than its fleet,
/// since the engine had lost and recovered it, corrects this report.
/// </summary>
internal sealed class EndFleet(RunRecords records) : RunActivity<FleetEnd, RunResult>(records)
{
    public const string Name = nameof(EndFleet);

    private const int ReadsAtOnce = 8;

    protected override Task<RunResult> DoAsync(FleetEnd end, CancellationToken cancellation) => EndAsync(end, [], cancellation);

    /// <param name="running">Parts without a report that are still running, though the fleet has ended.</param>
    public async Task<RunResult> EndAsync(FleetEnd end, ImmutableHashSet<RunId> running, CancellationToken cancellation)
    {
        var run = end.Order.Run;
        var kept = await Records.Orders.TryFindAsync(run, cancellation);
        if (kept is null && (await Records.Reports.EndOfAsync(run, cancellation)).Report is { } written)
            return ResultOf(written, end);
        var unreported = new ConcurrentBag<ClusterName>();
        var parts = kept?.Fleet is { } order ? await PartsAsync(end, order, running, unreported, cancellation) : [];
        var report = Report(end, kept?.Fleet?.Note, parts);
        await Records.Reports.WriteAsync(report, cancellation);
        var late = await LateAsync(run, unreported, cancellation);
        await Records.Stops.RemoveAsync(run, cancellation);
        // parts that may yet begin read the order; those of a cancelled fleet shall not
        if (unreported.Count == late || end.Cancelled is not null)
            await Records.Orders.RemoveAsync(run, cancellation);
        return ResultOf(report, end);
    }

    private static RunResult ResultOf(RunReport report, FleetEnd end) =>
        RunResult.Of(report) with
        {
            Objects = end.Totals.Objects,
            Bytes = end.Totals.Bytes,
        };

    private async Task<ImmutableArray<FleetPart>> PartsAsync(
        FleetEnd end,
        FleetOrder order,
        ImmutableHashSet<RunId> running,
        ConcurrentBag<ClusterName> unreported,
        CancellationToken cancellation
    )
    {
        var parts = new ConcurrentBag<FleetPart>(FleetOutcomes.LeftOut(order));
        await Parallel.ForEachAsync(
            order.Clusters,
            Reading(cancellation),
            async (cluster, token) =>
            {
                var run = order.Run.Of(cluster);
                var (hasEnded, report) = await Records.Reports.EndOfAsync(run, token);
                if (!hasEnded)
                    unreported.Add(cluster);
                parts.Add(
                    report is not null ? FleetOutcomes.PartOf(report, cluster)
                    : hasEnded ? new(cluster, run, RunState.Failed, null, $"its report {RunReports.PathOf(run)} can't be used")
                    : Unreported(end, cluster, running)
                );
            }
        );
        return [.. parts.OrderBy(p => p.Cluster.ToString(), StringComparer.Ordinal)];
    }

    private static FleetPart Unreported(FleetEnd end, ClusterName cluster, ImmutableHashSet<RunId> running)
    {
        var run = end.Order.Run.Of(cluster);
        if (running.Contains(run))
            return new(cluster, run, RunState.Running, null, "still running without its fleet; this report is updated when it finishes");
        return end.Totals.Unreported.FirstOrDefault(p => p.Cluster == cluster)
            ?? (
                end.Cancelled is null
                    ? new(
                        cluster,
                        run,
                        RunState.Failed,
                        null,
                        end.Totals.Trouble ?? "it ended without a report; check the engine's logs for this run"
                    )
                    : new(cluster, run, RunState.Cancelled, null, "not begun")
            );
    }

    /// <summary>
    /// A part that ended between the look at its report and the writing of this one's found no fleet's report to correct. (The one that
    /// writes first looks second: one of the two sees the other.)
    /// </summary>
    private async Task<int> LateAsync(RunId run, IEnumerable<ClusterName> unreported, CancellationToken cancellation)
    {
        var late = 0;
        await Parallel.ForEachAsync(
            unreported,
            Reading(cancellation),
            async (cluster, token) =>
            {
                if ((await Records.Reports.EndOfAsync(run.Of(cluster), token)).Report is not { } report)
                    return;
                await FleetReports.SettleAsync(Records.Environment.Control, run, report, token);
                Interlocked.Increment(ref late);
            }
        );
        return late;
    }

    private static ParallelOptions Reading(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellation };

    /// <param name="note">Of the stored order.</param>
    private static RunReport Report(FleetEnd end, string? note, ImmutableArray<FleetPart> parts)
    {
        var seconds = (end.EndedAt - end.StartedAt).TotalSeconds;
        return FleetOutcomes.Of(
            new()
            {
                Run = end.Order.Run,
                Kind = RunKind.Fleet,
                State = default,
                RequestedBy = end.Order.RequestedBy,
                Policy = end.Order.Policy,
                StartedAt = end.StartedAt,
                EndedAt = end.EndedAt,
                Seconds = seconds,
                ObjectsPerSecond = seconds > 0 ? Math.Round(end.Totals.Objects / seconds, 1) : 0,
                Cancelled = end.Cancelled,
                Notes = [.. new[] { note, end.Order.Note }.OfType<string>().Distinct()],
            },
            parts
        );
    }
}
