using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Scheduling;

/// <summary>
/// Which of a policy's runs are still running, and with which clusters. A fleet whose own orchestration was lost is running as long as some
/// of its parts are. A report or an order that can't be used blocks no cluster: better captured twice than never again.
/// </summary>
internal sealed class OpenRuns(IDocumentStore control, RunReports reports, RunOrders orders)
{
    /// <summary>
    /// Where the engine can't be asked, and for parts that are running without their fleet: a run without a report for so long is lost, and
    /// no longer blocks its clusters.
    /// </summary>
    private static readonly TimeSpan Lost = TimeSpan.FromHours(24);

    /// <summary>Those of the runs that are still running.</summary>
    public async Task<ImmutableArray<RunId>> OfAsync(ImmutableArray<RunId> runs, TickOrder tick, CancellationToken cancellation)
    {
        var open = ImmutableArray.CreateBuilder<RunId>();
        foreach (var run in runs)
        {
            var (hasEnded, report) = await reports.EndOfAsync(run, cancellation);
            var isYoung = tick.Now - run.Time < Lost;
            if (hasEnded ? isYoung && StillRunning(report).Any() : isYoung || tick.EngineAsked)
                open.Add(run);
        }
        return open.ToImmutable();
    }

    /// <summary>The clusters of a run that is still running which have not ended their part of it.</summary>
    public async Task<IEnumerable<ClusterName>> ClustersAsync(RunId run, CancellationToken cancellation)
    {
        var (hasEnded, report) = await reports.EndOfAsync(run, cancellation);
        if (hasEnded)
            return StillRunning(report);
        var order = await orders.TryFindAsync(run, cancellation);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var path in control.ListAsync($"{RunReports.FolderOf(run).TrimEnd('/')}.", null, cancellation))
            ended.Add(path);
        return order?.Fleet is { } fleet ? fleet.Clusters.Where(c => !ended.Contains(RunReports.PathOf(run.Of(c)))) : [];
    }

    private static IEnumerable<ClusterName> StillRunning(RunReport? report) =>
        report is null ? [] : report.Clusters.Where(part => part.State is RunState.Running).Select(part => part.Cluster);
}
