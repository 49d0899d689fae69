using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>What has become of a fleet's clusters so far.</summary>
/// <param name="Flawed">Not Succeeded.</param>
/// <param name="Unreported">Parts that ended without a report of their own: the engine failed them.</param>
internal sealed record FleetTotals(int Done, int Flawed, long Objects, long Bytes, ImmutableArray<FleetPart> Unreported)
{
    public static FleetTotals None { get; } = new(0, 0, 0, 0, []);

    public FleetTotals With(RunResult part) => this with
    {
        Done = Done + 1,
        Flawed = Flawed + (part.State is RunState.Succeeded ? 0 : 1),
        Objects = Objects + part.Objects,
        Bytes = Bytes + part.Bytes,
    };

    public FleetTotals With(ClusterName cluster, RunId run, string reason) => this with
    {
        Done = Done + 1,
        Flawed = Flawed + 1,
        Unreported = Unreported.Add(new(cluster, run, RunState.Failed, null, RunResult.Cut(reason))),
    };

    public FleetTotals With(FleetTotals node) =>
        new(Done + node.Done, Flawed + node.Flawed, Objects + node.Objects, Bytes + node.Bytes, [.. Unreported, .. node.Unreported]);
}
