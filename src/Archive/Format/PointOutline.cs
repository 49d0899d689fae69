using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>
/// What a point needs of the vault: as much of its inventory as can be read without a key. Enough to keep, copy and check blobs.
/// </summary>
/// <param name="Packs">Sorted by digest, then version.</param>
/// <param name="Images">Disk images, in the order of their volumes.</param>
/// <param name="Infrastructure">Null: there is none.</param>
public sealed record PointOutline(
    ImmutableArray<NeededPack> Packs,
    ImmutableArray<NeededImage> Images,
    InfrastructureReference? Infrastructure
)
{
    /// <summary>The data key without which nothing else of the inventory can be read; null: it isn't encrypted.</summary>
    public ContentDigest? Key { get; init; }

    public static PointOutline Of(Inventory inventory) =>
        new(
            [
                .. inventory
                    .Segments.SelectMany(s => s.Parts)
                    .GroupBy(p => (p.Pack, p.PackVersion, IsEncrypted: p.Key is not null))
                    .Select(g => new NeededPack(g.Key.Pack, g.Max(p => p.Offset + p.Length), g.Key.PackVersion)
                    {
                        IsEncrypted = g.Key.IsEncrypted,
                    })
                    .OrderBy(p => p.Pack.ToString(), StringComparer.Ordinal)
                    .ThenBy(p => p.Version, StringComparer.Ordinal),
            ],
            [
                .. (inventory.Volumes ?? [])
                    .Select(v => v.Export)
                    .Where(e => e?.Kind == VolumeExportKind.DiskImage)
                    .Select(e => new NeededImage(e!.Location, e.Bytes)),
            ],
            inventory.Infrastructure
        );

    internal bool IsSameAs(PointOutline other) =>
        Packs.SequenceEqual(other.Packs) && Images.SequenceEqual(other.Images) && Infrastructure == other.Infrastructure;
}

/// <param name="Bytes">It is at least so long: where the last part that is needed of it ends.</param>
/// <param name="Version">As the point names it; null: the store had no versions.</param>
public sealed record NeededPack(ContentDigest Pack, long Bytes, string? Version = null)
{
    [JsonIgnore]
    public bool IsEncrypted { get; init; } = true;
}

/// <param name="Location">The URL of the page blob.</param>
/// <param name="Bytes">Its length.</param>
public sealed record NeededImage(string Location, long Bytes);
