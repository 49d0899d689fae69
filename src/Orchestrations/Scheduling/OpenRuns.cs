using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Control;

namespace Holdfast.Orchestrations.Scheduling;

/// <summary>Which of a policy's runs go on, and with which clusters. A fleet whose own orchestration was lost goes on with those of its parts that do.</summary>
internal sealed class OpenRuns(IDocumentStore control, RunReports reports, RunOrders orders)
{
    /// <summary>Where the engine can't be asked, and of parts that go on without their fleet: what left no report for so long is lost, and keeps its clusters from nothing any more.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromHours(24);

    /// <summary>Those of the runs that go on.</summary>
    public async Task<ImmutableArray<RunId>> OfAsync(ImmutableArray<RunId> runs, TickOrder tick, CancellationToken cancellation)
    {
        var open = ImmutableArray.CreateBuilder<RunId>();
        foreach (var run in runs)
        {
            var report = await reports.ReadAsync(run, cancellation);
            var isYoung = tick.Now - run.Time < Lost;
            if (report is null ? isYoung || tick.EngineAsked : isYoung && GoingOn(report).Any())
                open.Add(run);
        }
        return open.ToImmutable();
    }

    /// <summary>The clusters of a run that goes on which have not ended their part of it.</summary>
    public async Task<IEnumerable<ClusterName>> ClustersAsync(RunId run, CancellationToken cancellation)
    {
        if (await reports.ReadAsync(run, cancellation) is { } report)
            return GoingOn(report);
        var order = await OrderAsync(run, cancellation);
        var ended = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var path in control.ListAsync($"{RunReports.FolderOf(run).TrimEnd('/')}.", null, cancellation))
            ended.Add(path);
        return order?.Fleet is { } fleet ? fleet.Clusters.Where(c => !ended.Contains(RunReports.PathOf(run.Of(c)))) : [];
    }

    /// <summary>An order that can't be read keeps no cluster: better captured twice than never again.</summary>
    private async Task<KeptOrder?> OrderAsync(RunId run, CancellationToken cancellation)
    {
        try
        {
            return await orders.FindAsync(run, cancellation);
        }
        catch (ArchiveException unreadable) when (unreadable.Failure is ArchiveFailure.Malformed)
        {
            return null;
        }
    }

    private static IEnumerable<ClusterName> GoingOn(RunReport report) => report.Clusters.Where(part => part.State is RunState.Running).Select(part => part.Cluster);
}
