using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;

namespace Holdfast.Orchestrations.Runs;

/// <summary>How far a run is: the custom status of its orchestration. Renewed whenever a unit, a stage or a cluster is done.</summary>
public sealed record RunStatus
{
    internal const string Planning = "planning";

    /// <summary>How the phases begin in which the cluster to restore into is made.</summary>
    internal const string NewCluster = "new cluster";

    /// <summary>The target is captured before a restore that deletes.</summary>
    internal const string SafetyPhase = "safety point";

    public required RunId Run { get; init; }
    public required RunKind Kind { get; init; }
    public required RunState State { get; init; }

    /// <summary>For a person: <c>planning</c>, <c>exporting</c>, <c>new cluster: creating</c>, a restore's stage.</summary>
    public required string Phase { get; init; }
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Null for a fleet and a recovery.</summary>
    public ClusterName? Cluster { get; init; }
    public string? Policy { get; init; }
    public long Objects { get; init; }

    /// <summary>0: unknown yet.</summary>
    public long ExpectedObjects { get; init; }
    public long Bytes { get; init; }
    public double ObjectsPerSecond { get; init; }

    /// <summary>Lists of a capture, steps of a restore, clusters of a fleet, restores of a recovery that failed so far.</summary>
    public int Errors { get; init; }

    /// <summary>Units of a capture, stages of a restore, clusters of a fleet, restores of a recovery.</summary>
    public int UnitsDone { get; init; }
    public int Units { get; init; }

    /// <summary>A restore or a recovery may have written to a target.</summary>
    [JsonIgnore]
    public bool HasBegun =>
        Kind is (RunKind.Restore or RunKind.Recovery)
        && State is not RunState.WaitingForApproval
        && Phase is not (Planning or SafetyPhase)
        && !IsOfNewCluster;

    /// <summary>The cluster to restore into is planned or made.</summary>
    [JsonIgnore]
    public bool IsOfNewCluster => Phase.StartsWith(NewCluster, StringComparison.Ordinal);

    /// <returns>Null: no status, or one of another version.</returns>
    public static RunStatus? TryRead(string? customStatus)
    {
        if (customStatus is null || !customStatus.StartsWith('{'))
            return null;
        try
        {
            return JsonSerializer.Deserialize(customStatus, HoldfastJson.Default.RunStatus);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>What an approval must name.</summary>
    public ContentDigest? PlanDigest { get; init; }

    /// <summary>The recovery point of the target before a restore that deletes.</summary>
    public PointId? SafetyPoint { get; init; }

    /// <summary>The group of a recovery that it is at, or is paused after.</summary>
    public string? Group { get; init; }

    /// <summary>When the wait for an approval ends.</summary>
    public DateTimeOffset? ApprovalUntil { get; init; }

    /// <summary>What a person should know now: an approval that named another plan, why something is tried again.</summary>
    public string? Message { get; init; }
}
