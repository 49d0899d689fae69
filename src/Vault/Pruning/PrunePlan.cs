using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Pruning;

/// <summary>A number of packs and their bytes.</summary>
public readonly record struct PackTotal(int Packs, long Bytes)
{
    public static PackTotal Of(IEnumerable<PackFacts> packs)
    {
        var total = default(PackTotal);
        foreach (var pack in packs)
            total = new(total.Packs + 1, total.Bytes + pack.Bytes);
        return total;
    }
}

/// <summary>A point whose inventory goes, and with it what only it needs.</summary>
/// <param name="ExpiredAt">Null: it was never sealed.</param>
/// <param name="Volumes">Data of volumes that no other point names, which is to be deleted first.</param>
public sealed record PurgedPoint(PointId Point, DateTimeOffset? ExpiredAt, ImmutableArray<VolumeData> Volumes)
{
    /// <summary>They stay where the point has to stay.</summary>
    internal ImmutableArray<ContentDigest> Packs
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>
/// What is to become of one cluster's part of a vault, decided before anything is done: which points expire, which expired ones are purged,
/// which packs go. The numbers are those of the store at <see cref="At"/>.
/// </summary>
public sealed record PrunePlan
{
    public required ClusterName Cluster { get; init; }

    /// <summary>By the store's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What retention decides on each unexpired point, newest first.</summary>
    public required ImmutableArray<RetentionDecision> Points { get; init; }

    /// <summary>Those of them that expire now.</summary>
    public required ImmutableArray<RetentionDecision> Expire { get; init; }

    /// <summary>Points that are purged now: expired for long enough, or left by captures that were cut short.</summary>
    public required ImmutableArray<PurgedPoint> Purge { get; init; }

    /// <summary>Packs that are purged now.</summary>
    public required ImmutableArray<PackFacts> Packs { get; init; }

    /// <summary>Disk images that no point names and that are purged now: captures that were cut short left them.</summary>
    public required ImmutableArray<ImageFacts> Images { get; init; }

    /// <summary>Movers' snapshots that no point names and that are deleted now: captures that failed or were cut short left them.</summary>
    public ImmutableArray<FilesFacts> Files
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Packs that points need which don't expire.</summary>
    public required PackTotal Needed { get; init; }

    /// <summary>Packs that only expired points need, for their grace time; those that expire now among them.</summary>
    public required PackTotal Expired { get; init; }

    /// <summary>Packs that nothing needs, and that are too young or immutable yet.</summary>
    public required PackTotal Waiting { get; init; }

    /// <summary>Why no pack is purged, or a point isn't expired or purged that should be, for a person.</summary>
    public required ImmutableArray<string> Obstacles { get; init; }

    /// <summary>Points whose inventories have been looked at.</summary>
    internal ImmutableHashSet<PointId> Seen { get; init; } = [];

    /// <summary>How the cluster's files are copied; null: no policy of its points says it.</summary>
    internal FileExport? Export { get; init; }

    public PackTotal Purged => PackTotal.Of(Packs);

    public bool IsEmpty => Expire.IsEmpty && NothingGoes;

    internal bool NothingGoes => Purge.IsEmpty && Packs.IsEmpty && Images.IsEmpty && Files.IsEmpty;
}
