using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Capture;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Fleets;

/// <summary>The outcomes of a fleet's clusters so far.</summary>
internal sealed record FleetCounts : CaptureCounts
{
    /// <summary>Parts that are listed by name.</summary>
    public const int MostUnreported = 8;

    [JsonConstructor]
    public FleetCounts() { }

    private FleetCounts(CaptureCounts counts)
        : base(counts) { }

    /// <summary>What release 0.1.0 wrote instead of <see cref="CaptureCounts.Failed"/>.</summary>
    public int? Flawed
    {
        get => null;
        set => Failed = value ?? Failed;
    }

    /// <summary>
    /// Parts that ended without a report of their own, since the engine failed them: the first of them, so that this stays small.
    /// </summary>
    public ImmutableArray<FleetPart> Unreported
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Why a node of the tree was lost: the reason for clusters that have no report.</summary>
    public string? Trouble { get; init; }

    public FleetCounts With(RunResult part) =>
        Plus(
            new()
            {
                Done = 1,
                Failed = part.State is RunState.Succeeded ? 0 : 1,
                Objects = part.Objects,
                Bytes = part.Bytes,
            }
        );

    public FleetCounts With(ClusterName cluster, RunId run, string reason) =>
        Plus(new() { Done = 1, Failed = 1 }) with
        {
            Unreported = Few(Unreported.Add(new(cluster, run, RunState.Failed, null, RunResult.Cut(reason)))),
        };

    public FleetCounts With(FleetCounts node) =>
        Plus(node) with
        {
            Unreported = Few([.. Unreported, .. node.Unreported]),
            Trouble = Trouble ?? node.Trouble,
        };

    private FleetCounts Plus(CaptureCounts more) => new(this + more) { Unreported = Unreported, Trouble = Trouble };

    private static ImmutableArray<FleetPart> Few(ImmutableArray<FleetPart> parts) =>
        parts.Length <= MostUnreported ? parts : parts[..MostUnreported];
}
