using Holdfast.Archive.Format;

namespace Holdfast.Orchestrations.Runs;

/// <summary>Copy what the replicas of the vault don't have yet.</summary>
public sealed record ReplicationOrder : OrderRef
{
    /// <summary>Null: every cluster, or with <see cref="IsAfterSeals"/> those with new points.</summary>
    public ClusterName? Cluster { get; init; }

    /// <summary>The name of one replica; null: all.</summary>
    public string? Replica { get; init; }

    /// <summary>Only of clusters that were captured since the last such run.</summary>
    public bool IsAfterSeals { get; init; }
}
