using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Pruning;

/// <summary>A pack as it lies in the store.</summary>
/// <param name="Bytes">Of all its versions.</param>
/// <param name="WrittenAt">Its newest version.</param>
/// <param name="ImmutableUntil">Of all its versions the latest; null: none is immutable.</param>
public sealed record PackFacts(ContentDigest Digest, long Bytes, DateTimeOffset WrittenAt, DateTimeOffset? ImmutableUntil);

/// <summary>A disk image in the vault.</summary>
/// <param name="Bytes">Of all its versions.</param>
/// <param name="WrittenAt">When its newest version was written last.</param>
/// <param name="ImmutableUntil">Of all its versions the latest; null: none is immutable.</param>
public sealed record ImageFacts(string Path, long Bytes, DateTimeOffset WrittenAt, DateTimeOffset? ImmutableUntil);

/// <summary>A point as pruning sees it.</summary>
/// <param name="Facts">As retention sees it.</param>
/// <param name="Packs">Those that its inventory names and that there are.</param>
public sealed record PointUse(PointFacts Facts, ImmutableArray<int> Packs)
{
    /// <summary>Why its inventory can't be read, for a person; null: it can, or was purged.</summary>
    public string? Unreadable { get; init; }

    /// <summary>When retention expired it; null: it didn't.</summary>
    public DateTimeOffset? ExpiredAt { get; init; }

    /// <summary>There is more of it than what stays for ever: an inventory, an infrastructure profile.</summary>
    public bool HasContent { get; init; }

    /// <summary>Until when storage refuses to delete some of that; null: it doesn't.</summary>
    public DateTimeOffset? ImmutableUntil { get; init; }

    /// <summary>Its seal is signed: its expiry has to be, too.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Data of volumes that it names.</summary>
    public ImmutableArray<VolumeData> Volumes
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>What there is of a point without a seal: its capture is running, or was cut short at its last step.</summary>
/// <param name="SealIsGone">Another seal names the point as previous, so it was sealed once.</param>
public sealed record UnsealedPoint(
    PointId Point,
    DateTimeOffset WrittenAt,
    DateTimeOffset? ImmutableUntil,
    ImmutableArray<int> Packs,
    bool SealIsGone
)
{
    /// <summary>Why it can't be read, for a person; null: it can.</summary>
    public string? Unreadable { get; init; }

    /// <summary>Data of volumes that its inventory names.</summary>
    public ImmutableArray<VolumeData> Volumes
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>All that is decided on when one cluster's part of a vault is pruned.</summary>
/// <param name="Packs">Every pack in the store; points name them by their index here.</param>
/// <param name="Unreadable">Seals that can't be read, for a person: whether they are points isn't known, nor what they need.</param>
public sealed record VaultFacts(
    ClusterName Cluster,
    ImmutableArray<PackFacts> Packs,
    ImmutableArray<PointUse> Points,
    ImmutableArray<UnsealedPoint> Unsealed,
    ImmutableArray<string> Unreadable
)
{
    /// <summary>Disk images that no inventory names.</summary>
    public ImmutableArray<ImageFacts> UnnamedImages
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Movers' snapshots that no inventory names.</summary>
    public ImmutableArray<FilesFacts> UnnamedFiles
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Why they aren't known, for a person; null: they are.</summary>
    public string? UnlistedFiles { get; init; }

    /// <summary>How the cluster's files are copied, as the newest policies say that do; null: none does.</summary>
    public FileExport? Export { get; init; }

    /// <summary>Points name files that movers copied, or their policies ask for it.</summary>
    internal bool HasFiles => Export is not null || NamedFiles.Any();

    internal IEnumerable<string> NamedFiles =>
        Points
            .SelectMany(p => p.Volumes)
            .Concat(Unsealed.SelectMany(u => u.Volumes))
            .Where(v => v.Kind == VolumeDataKind.Files)
            .Select(v => v.Handle);

    /// <summary>Of each policy the document in the newest of its points that can be counted on.</summary>
    public IReadOnlyDictionary<PolicyName, JsonElement> Policies { get; init; } = ImmutableDictionary<PolicyName, JsonElement>.Empty;
}
