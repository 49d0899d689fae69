using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Orchestrations.Runs;

/// <summary>What a replication did with one cluster's points in one replica.</summary>
public sealed record ReplicatedCluster(ClusterName Cluster, string Replica)
{
    /// <summary>Findings in a report; the command line lists all.</summary>
    internal const int MostFindings = 20;

    /// <summary>Points that are whole there now.</summary>
    public int Points { get; init; }

    /// <summary>Of points that had expired, or are damaged here: their seals alone.</summary>
    public int Seals { get; init; }
    public int Packs { get; init; }
    public long Bytes { get; init; }
    public int Holds { get; init; }

    /// <summary>The newest point here, and there; null: there is none.</summary>
    public PointId? Here { get; init; }
    public PointId? There { get; init; }

    /// <summary>What wasn't copied, and why: the first of it.</summary>
    public ImmutableArray<string> Findings
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Another service has taken the cluster over there: nothing is copied.</summary>
    public bool IsTakenOver { get; init; }

    /// <summary>Why it couldn't be replicated, for a person; null: it could.</summary>
    public string? Failure { get; init; }

    internal bool IsFlawed => Failure is not null || IsTakenOver || Findings.Length > 0;

    /// <summary>With what a later part of the same run did.</summary>
    internal ReplicatedCluster With(ReplicatedCluster later) =>
        later with
        {
            Points = Points + later.Points,
            Seals = Seals + later.Seals,
            Packs = Packs + later.Packs,
            Bytes = Bytes + later.Bytes,
            Holds = Holds + later.Holds,
            There = later.There ?? There,
        };
}
