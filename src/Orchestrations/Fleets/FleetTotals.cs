using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>What has become of a fleet's clusters so far.</summary>
/// <param name="Flawed">Not Succeeded.</param>
/// <param name="Unreported">
/// Parts that ended without a report of their own, since the engine failed them: the first of them, so that this stays small.
/// </param>
internal sealed record FleetTotals(int Done, int Flawed, long Objects, long Bytes, ImmutableArray<FleetPart> Unreported)
{
    /// <summary>Parts that are told by name.</summary>
    public const int MostUnreported = 8;

    /// <summary>Why a node of the tree was lost: what is known of clusters that nobody tells of.</summary>
    public string? Trouble { get; init; }

    public static FleetTotals None { get; } = new(0, 0, 0, 0, []);

    public FleetTotals With(RunResult part) =>
        this with
        {
            Done = Done + 1,
            Flawed = Flawed + (part.State is RunState.Succeeded ? 0 : 1),
            Objects = Objects + part.Objects,
            Bytes = Bytes + part.Bytes,
        };

    public FleetTotals With(ClusterName cluster, RunId run, string reason) =>
        this with
        {
            Done = Done + 1,
            Flawed = Flawed + 1,
            Unreported = Few(Unreported.Add(new(cluster, run, RunState.Failed, null, RunResult.Cut(reason)))),
        };

    public FleetTotals With(FleetTotals node) =>
        new(Done + node.Done, Flawed + node.Flawed, Objects + node.Objects, Bytes + node.Bytes, Few([.. Unreported, .. node.Unreported]))
        {
            Trouble = Trouble ?? node.Trouble,
        };

    private static ImmutableArray<FleetPart> Few(ImmutableArray<FleetPart> parts) =>
        parts.Length <= MostUnreported ? parts : parts[..MostUnreported];
}
