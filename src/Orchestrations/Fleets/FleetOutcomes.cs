using System.Collections.Immutable;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>What the parts of a fleet make of the whole. Pure.</summary>
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

    public static RunFailure? FailureOf(Cancellation? cancelled, RunState state, ImmutableArray<FleetPart> parts) =>
        state switch
        {
            RunState.Cancelled => RunFailures.OfCancelling(
                $"stopped by {cancelled!.By}",
                "Capture again when you like: each cluster's report says whether it has its point"
            ),
            RunState.Failed when parts.IsEmpty => new(
                RunFailures.Run,
                "NoClusters",
                "there was no cluster to capture",
                "Look at the policy's clusters: it covers none that is registered"
            ),
            RunState.Failed => new(
                RunFailures.Run,
                "NoneCaptured",
                $"not one of {parts.Length} clusters was captured; the first, {parts[0].Cluster}: {parts[0].Reason}",
                "Each cluster's report says why"
            ),
            _ => null,
        };

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

    /// <summary>What a part's own report makes of it.</summary>
    public static FleetPart PartOf(RunReport part, Archive.Format.ClusterName cluster)
    {
        var result = RunResult.Of(part);
        return new(cluster, part.Run, result.State, result.Point, result.Reason);
    }
}
