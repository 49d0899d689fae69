using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Functions.Api.Documents;

/// <summary>How far the replicas of the vault are, and what a standby would need.</summary>
internal sealed record ReplicasDocument(IReadOnlyList<ReplicaDocument> Replicas, IReadOnlyList<FenceDocument> TakenOver)
{
    /// <summary>What registrations lead to that a standby needs, too, by cluster: where it is in the cluster's region, it is gone with
    /// that.</summary>
    public required IReadOnlyDictionary<string, ImmutableArray<string>> Needs { get; init; }
}

/// <param name="Replica">Its name in the settings.</param>
/// <param name="LagSeconds">From the newest point that is there to the newest that is here; null: nothing is here.</param>
internal sealed record ReplicaDocument(string Replica, ClusterName Cluster, PointId? NewestHere, PointId? NewestThere, double? LagSeconds)
{
    /// <summary>When it was last looked at; null: not yet.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>So many things weren't copied; the last run's report has them.</summary>
    public int Findings { get; init; }
}

/// <summary>A cluster that another service has taken over, and that this one's schedules leave alone.</summary>
internal sealed record FenceDocument(ClusterName Cluster, string Replica, int Number, DateTimeOffset At, string By, string Reason);

/// <summary>What to replicate.</summary>
/// <param name="Cluster">Null: every cluster of the vault.</param>
/// <param name="Replica">Its name in the settings; null: all.</param>
internal sealed record NewReplication(ClusterName? Cluster = null, string? Replica = null);

/// <summary>What a takeover would do, or did.</summary>
internal sealed record TakeoverDocument
{
    /// <summary>This service is a standby by its settings.</summary>
    public required bool Standby { get; init; }

    /// <summary>The takeover by which it has its clusters now; null: it has none.</summary>
    public required int? Active { get; init; }
    public required IReadOnlyList<TakeoverCluster> Clusters { get; init; }

    /// <summary>Policies that the newest points carry.</summary>
    public required IReadOnlyList<string> Policies { get; init; }

    /// <summary>What wouldn't work, beside that of single clusters.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Of a call that took over: the documents that it wrote, and those that were there before and stay.</summary>
    public IReadOnlyList<string>? Taken { get; init; }
    public IReadOnlyList<string>? Kept { get; init; }
}

/// <param name="Point">Its newest trusted point; null: it has none.</param>
/// <param name="Needs">What its registration leads to, which has to exist here.</param>
/// <param name="Problems">What wouldn't work.</param>
internal sealed record TakeoverCluster(
    ClusterName Cluster,
    PointId? Point,
    DateTimeOffset? CapturedAt,
    ImmutableArray<string> Needs,
    ImmutableArray<string> Problems
);

/// <summary>Which clusters to take over.</summary>
/// <param name="Confirm">Must be true: from then on the other service's schedules leave them alone.</param>
/// <param name="Reason">For a person, 1 to 500 characters.</param>
/// <param name="Clusters">Null: every cluster of the vault.</param>
internal sealed record NewTakeover(bool Confirm = false, string? Reason = null, ClusterName[]? Clusters = null);

/// <param name="Confirm">Must be true: from then on this service's schedules stop.</param>
internal sealed record NewReturn(bool Confirm = false);
