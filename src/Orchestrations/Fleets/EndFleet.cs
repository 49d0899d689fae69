using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Durable;
using Holdfast.Orchestrations.Effects;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

internal sealed record FleetEnd(FleetOrder Order, DateTimeOffset StartedAt, DateTimeOffset EndedAt, FleetTotals Totals, Cancellation? Cancelled);

/// <summary>Puts the reports of a fleet's clusters together to one. Repeated, it writes the same.</summary>
internal sealed class EndFleet(RunReports reports, RunStops stops)
{
    public const string Name = nameof(EndFleet);

    private const int ReadsAtOnce = 8;

    public async Task<RunResult> RunAsync(ActivityContext context, FleetEnd end)
    {
        var parts = await PartsAsync(end, context.Cancellation);
        var report = Report(end, parts);
        await reports.WriteAsync(report, context.Cancellation);
        await stops.ForgetAsync(end.Order.Run, context.Cancellation);
        return RunResult.Of(report) with { Objects = end.Totals.Objects, Bytes = end.Totals.Bytes };
    }

    private async Task<ImmutableArray<FleetPart>> PartsAsync(FleetEnd end, CancellationToken cancellation)
    {
        var parts = new ConcurrentBag<FleetPart>(end.Order.Busy.Select(c => new FleetPart(c, end.Order.Run.Of(c), RunState.Skipped, null, "the policy's last capture of it still goes on")));
        var options = new ParallelOptions { MaxDegreeOfParallelism = ReadsAtOnce, CancellationToken = cancellation };
        await Parallel.ForEachAsync(end.Order.Clusters, options, async (cluster, token) => parts.Add(await PartAsync(end, cluster, token)));
        return [.. parts.OrderBy(p => p.Cluster.ToString(), StringComparer.Ordinal)];
    }

    private async Task<FleetPart> PartAsync(FleetEnd end, ClusterName cluster, CancellationToken cancellation)
    {
        var run = end.Order.Run.Of(cluster);
        if (await reports.ReadAsync(run, cancellation) is { } report && RunResult.Of(report) is var result)
            return new(cluster, run, result.State, result.Point, result.Reason);
        return end.Totals.Unreported.FirstOrDefault(p => p.Cluster == cluster)
            ?? (end.Cancelled is null ? new(cluster, run, RunState.Failed, null, "it ended without a report; look at the engine's logs of this run") : new(cluster, run, RunState.Cancelled, null, "not begun"));
    }

    private static RunReport Report(FleetEnd end, ImmutableArray<FleetPart> parts)
    {
        var seconds = (end.EndedAt - end.StartedAt).TotalSeconds;
        var state = StateOf(end, parts);
        return new()
        {
            Run = end.Order.Run,
            Kind = RunKind.Fleet,
            State = state,
            RequestedBy = end.Order.RequestedBy,
            Policy = end.Order.Policy,
            StartedAt = end.StartedAt,
            EndedAt = end.EndedAt,
            Seconds = seconds,
            ObjectsPerSecond = seconds > 0 ? Math.Round(end.Totals.Objects / seconds, 1) : 0,
            Failure = FailureOf(end, state, parts),
            Cancelled = end.Cancelled,
            Clusters = parts,
            Notes = end.Order.Note is { } note ? [note] : [],
        };
    }

    private static RunState StateOf(FleetEnd end, ImmutableArray<FleetPart> parts) => end.Cancelled is not null ? RunState.Cancelled
        : !parts.Any(p => p.State is RunState.Succeeded or RunState.Partial) ? RunState.Failed
        : parts.All(p => p.State is RunState.Succeeded) ? RunState.Succeeded
        : RunState.Partial;

    private static RunFailure? FailureOf(FleetEnd end, RunState state, ImmutableArray<FleetPart> parts) => state switch
    {
        RunState.Cancelled => RunFailures.OfCancelling($"stopped by {end.Cancelled!.By}", "Capture again when you like: each cluster's report says whether it has its point"),
        RunState.Failed when parts.IsEmpty => new(RunFailures.Run, "NoClusters", "there was no cluster to capture", "Look at the policy's clusters: it covers none that is registered"),
        RunState.Failed => new(RunFailures.Run, "NoneCaptured", $"not one of {parts.Length} clusters was captured; the first, {parts[0].Cluster}: {parts[0].Reason}", "Each cluster's report says why"),
        _ => null,
    };
}
