using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <param name="Order">In brief.</param>
internal sealed record FleetEnd(
    FleetOrder Order,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt,
    FleetTotals Totals,
    Cancellation? Cancelled
);

/// <summary>
/// Puts the reports of a fleet's clusters together to one. Repeated, it writes the same. A cluster's part that ends later than its fleet,
/// since the engine had lost it and it was taken up again, corrects this report.
/// </summary>
internal sealed class EndFleet(RunWorkspace workspace) : RunActivity<FleetEnd, RunResult>(workspace)
{
    public const string Name = nameof(EndFleet);

    private const int ReadsAtOnce = 8;
    private static readonly ImmutableHashSet<RunId> Nobody = [];

    protected override Task<RunResult> DoAsync(FleetEnd end, CancellationToken cancellation) => EndAsync(end, Nobody, cancellation);

    /// <param name="goingOn">Parts without a report that go on, though the fleet has ended.</param>
    public async Task<RunResult> EndAsync(FleetEnd end, ImmutableHashSet<RunId> goingOn, CancellationToken cancellation)
    {
        var run = end.Order.Run;
        var kept = await Workspace.Orders.TryFindAsync(run, cancellation);
        if (kept is null && (await Workspace.Reports.EndOfAsync(run, cancellation)).Report is { } written)
            return ResultOf(written, end);
        var order = kept?.Fleet ?? end.Order;
        var unreported = new ConcurrentBag<ClusterName>();
        var report = Report(end, order, await PartsAsync(end, order, goingOn, unreported, cancellation));
        await Workspace.Reports.WriteAsync(report, cancellation);
        var late = await LateAsync(run, unreported, cancellation);
        await Workspace.Stops.ForgetAsync(run, cancellation);
        // parts that may yet begin look into the order; those of a cancelled fleet shall not
        if (unreported.Count == late || end.Cancelled is not null)
            await Workspace.Orders.ForgetAsync(run, cancellation);
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
        ImmutableHashSet<RunId> goingOn,
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
                var (hasEnded, report) = await Workspace.Reports.EndOfAsync(run, token);
                if (!hasEnded)
                    unreported.Add(cluster);
                parts.Add(
                    report is not null ? FleetOutcomes.PartOf(report, cluster)
                    : hasEnded ? new(cluster, run, RunState.Failed, null, $"its report {RunReports.PathOf(run)} can't be used")
                    : Unreported(end, cluster, goingOn)
                );
            }
        );
        return [.. parts.OrderBy(p => p.Cluster.ToString(), StringComparer.Ordinal)];
    }

    private static FleetPart Unreported(FleetEnd end, ClusterName cluster, ImmutableHashSet<RunId> goingOn)
    {
        var run = end.Order.Run.Of(cluster);
        if (goingOn.Contains(run))
            return new(
                cluster,
                run,
                RunState.Running,
                null,
                "it goes on without the fleet's orchestration, and will be told here when it ends"
            );
        return end.Totals.Unreported.FirstOrDefault(p => p.Cluster == cluster)
            ?? (
                end.Cancelled is null
                    ? new(
                        cluster,
                        run,
                        RunState.Failed,
                        null,
                        end.Totals.Trouble ?? "it ended without a report; look at the engine's logs of this run"
                    )
                    : new(cluster, run, RunState.Cancelled, null, "not begun")
            );
    }

    /// <summary>
    /// A part that ended between the look at its report and the writing of this one's found no fleet's report to correct. (Whoever writes
    /// first looks second: one of the two sees the other.)
    /// </summary>
    private async Task<int> LateAsync(RunId run, IEnumerable<ClusterName> unreported, CancellationToken cancellation)
    {
        var late = 0;
        await Parallel.ForEachAsync(
            unreported,
            Reading(cancellation),
            async (cluster, token) =>
            {
                if ((await Workspace.Reports.EndOfAsync(run.Of(cluster), token)).Report is not { } report)
                    return;
                await Workspace.Reports.SettleAsync(run, report, token);
                Interlocked.Increment(ref late);
            }
        );
        return late;
    }

    private static ParallelOptions Reading(CancellationToken cancellation) =>
        new() { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellation };

    private static RunReport Report(FleetEnd end, FleetOrder order, ImmutableArray<FleetPart> parts)
    {
        var seconds = (end.EndedAt - end.StartedAt).TotalSeconds;
        return FleetOutcomes.Of(
            new()
            {
                Run = order.Run,
                Kind = RunKind.Fleet,
                State = default,
                RequestedBy = order.RequestedBy,
                Policy = order.Policy,
                StartedAt = end.StartedAt,
                EndedAt = end.EndedAt,
                Seconds = seconds,
                ObjectsPerSecond = seconds > 0 ? Math.Round(end.Totals.Objects / seconds, 1) : 0,
                Cancelled = end.Cancelled,
                Notes = [.. new[] { order.Note, end.Order.Note }.OfType<string>().Distinct()],
            },
            parts
        );
    }
}
