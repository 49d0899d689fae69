using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Orchestrations.Runs;

/// <summary>What retention did to one cluster's points.</summary>
public sealed record PrunedCluster(ClusterName Cluster)
{
    /// <summary>Points that aren't expired.</summary>
    public int Points { get; init; }

    /// <summary>Points that expired now.</summary>
    public int Expired { get; init; }

    /// <summary>Points whose bytes were deleted now.</summary>
    public int Purged { get; init; }

    /// <summary>Packs that were deleted, and their bytes.</summary>
    public int Packs { get; init; }
    public long Bytes { get; init; }

    /// <summary>Data of volumes that was deleted: snapshots, copies, images, files.</summary>
    public int Volumes { get; init; }

    /// <summary>Why something stays that should go, for a person: the first of it.</summary>
    public ImmutableArray<string> Problems
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Why nothing could be decided, for a person; null: it could.</summary>
    public string? Failure { get; init; }
}
