using System.Collections.Immutable;
using Holdfast.Orchestrations.Failures;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>The outcome of a fleet from those of its parts. Pure.</summary>
internal static class FleetOutcomes
{
    public static RunReport Of(RunReport report, ImmutableArray<FleetPart> parts)
    {
        var state = StateOf(report.Cancelled, parts);
        return report with { State = state, Clusters = parts, Failure = FailureOf(report.Cancelled, state, parts) };
    }

    public static RunState StateOf(Cancellation? cancelled, ImmutableArray<FleetPart> parts) =>
        cancelled is not null ? RunState.Cancelled
        : !parts.Any(p => p.State is RunState.Succeeded or RunState.Partial) ? RunState.Failed
        : parts.All(p => p.State is RunState.Succeeded) ? RunState.Succeeded
        : RunState.Partial;

    public static Failure? FailureOf(Cancellation? cancelled, RunState state, ImmutableArray<FleetPart> parts) =>
        state switch
        {
            RunState.Cancelled => Failure.OfCancelling(
                $"stopped by {cancelled!.By}",
                "Start a new capture when you want; each cluster's report says whether it has its point"
            ),
            RunState.Failed when parts.IsEmpty => new(
                FailureSide.Caller,
                FailureCode.NoClusters,
                "there was no cluster to capture",
                "Check the policy's cluster selection: it matches no registered cluster"
            ),
            RunState.Failed => new(
                SideOf(parts),
                FailureCode.NoneCaptured,
                $"not one of {parts.Length} clusters was captured; the first, {parts[0].Cluster}: {parts[0].Reason}",
                "Each cluster's report says why"
            ),
            _ => null,
        };

    /// <summary>The one that all parts name; where they differ, each cluster has its own.</summary>
    private static FailureSide SideOf(ImmutableArray<FleetPart> parts) =>
        parts.Select(part => part.Side).Distinct().ToArray() is [{ } side] ? side : FailureSide.Cluster;

    /// <summary>The parts of clusters that the fleet doesn't capture: busy ones, and those that can't be captured.</summary>
    public static ImmutableArray<FleetPart> LeftOut(FleetOrder order) =>
        [
            .. order.Busy.Select(c => new FleetPart(
                c,
                order.Run.Of(c),
                RunState.Skipped,
                null,
                "the policy's last capture of it is still running"
            )),
            .. order.Unusable.Select(c => new FleetPart(c.Cluster, order.Run.Of(c.Cluster), RunState.Failed, null, c.Reason)),
        ];

    /// <summary>A part as its own report says.</summary>
    public static FleetPart PartOf(RunReport part, Archive.Format.ClusterName cluster)
    {
        var result = RunResult.Of(part);
        return new(cluster, part.Run, result.State, result.Point, result.Reason) { Side = part.Failure?.Side };
    }
}
