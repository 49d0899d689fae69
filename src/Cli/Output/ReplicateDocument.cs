using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Vault.Replication;

namespace Holdfast.Cli.Output;

/// <summary>What was copied of one cluster into one replica, or with <c>--dry-run</c> what would be.</summary>
internal sealed record ReplicateDocument
{
    public required string Cluster { get; init; }
    public required string To { get; init; }

    /// <summary>Points that are whole in the replica now.</summary>
    public required int Points { get; init; }

    /// <summary>Of points that had expired, or are damaged in the vault: their seals alone.</summary>
    public required int Seals { get; init; }
    public required int Packs { get; init; }
    public required long Bytes { get; init; }
    public required int Holds { get; init; }

    /// <summary>The newest point of the vault, and the newest that the replica has; null: there is none.</summary>
    public required string? NewestHere { get; init; }
    public required string? NewestThere { get; init; }
    public required IEnumerable<string> Findings { get; init; }

    [JsonIgnore]
    public bool IsTakenOver { get; private init; }

    public static ReplicateDocument TakenOver(ClusterName cluster, string to) =>
        new()
        {
            Cluster = cluster.ToString(),
            To = to,
            Points = 0,
            Seals = 0,
            Packs = 0,
            Bytes = 0,
            Holds = 0,
            NewestHere = null,
            NewestThere = null,
            Findings =
            [
                "another service has taken it over in the replica, and captures into it: nothing was copied. See "
                    + "docs/disaster-recovery.md for the way back",
            ],
            IsTakenOver = true,
        };

    /// <param name="result">Null: nothing was done yet.</param>
    public static ReplicateDocument Of(ReplicationPlan plan, string to, ReplicationResult? result = null) =>
        new()
        {
            Cluster = plan.Cluster.ToString(),
            To = to,
            Points = result?.Points ?? plan.Copies.Count(c => c.Kind != CopyKind.Seal),
            Seals = result?.Seals ?? plan.Copies.Count(c => c.Kind == CopyKind.Seal),
            Packs = result?.Packs ?? 0,
            Bytes = result?.Bytes ?? 0,
            Holds = result?.Holds ?? plan.Holds.Length,
            NewestHere = plan.Here?.Id.ToString(),
            NewestThere = (result?.Newest ?? plan.There)?.Id.ToString(),
            Findings = (result?.Findings ?? plan.Findings).Select(f => f.Message),
        };
}
