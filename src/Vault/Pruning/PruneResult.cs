using System.Collections.Immutable;

namespace Holdfast.Vault.Pruning;

/// <summary>What was done of a <see cref="PrunePlan"/>.</summary>
/// <param name="Expired">Points that expired.</param>
/// <param name="Purged">Points that were purged.</param>
/// <param name="Packs">Packs that were purged, and their bytes.</param>
/// <param name="Volumes">Volumes' data that was deleted: snapshots, copies, images, files.</param>
/// <param name="Spared">Packs of the plan that something needs by now, or that storage refused to delete.</param>
public sealed record PruneResult(int Expired, int Purged, PackTotal Packs, int Volumes, int Spared)
{
    /// <summary>Disk images that were deleted without a point that names them.</summary>
    public int Images { get; init; }

    /// <summary>Movers' snapshots that were deleted without a point that names them.</summary>
    public int Files { get; init; }

    /// <summary>Time was up: the rest is planned again.</summary>
    public bool IsUnfinished { get; init; }

    /// <summary>What isn't as it should be, for a person.</summary>
    public ImmutableArray<string> Problems
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}
