using System.Collections.Immutable;
using Holdfast.Archive.Format;

namespace Holdfast.Volumes.Clouds;

/// <summary>Where the disks of a cluster are made, as its nodes show.</summary>
/// <param name="Region">As the cloud names it: <c>westeurope</c>.</param>
/// <param name="Group">The id of the resource group.</param>
/// <param name="Zones">In which there are nodes: <c>1</c>; sorted.</param>
/// <param name="HasUnzoned">There are nodes without a zone.</param>
public sealed record DiskSite(string Region, string Group, ImmutableArray<string> Zones, bool HasUnzoned);

/// <summary>What a new disk is made from.</summary>
public enum NewDiskSource
{
    /// <summary>The snapshot that the capture took.</summary>
    Snapshot,

    /// <summary>A copy of it in another region.</summary>
    Copy,

    /// <summary>An image of the disk in the vault's account.</summary>
    Image,
}

/// <summary>A disk that is to be made. Serialisable.</summary>
public sealed record NewDisk
{
    public required NewDiskSource From { get; init; }

    /// <summary>A snapshot's id, or an image's URL without a query.</summary>
    public required string Source { get; init; }

    /// <summary>The id of the storage account that the image is in; set exactly for an image.</summary>
    public string? Account { get; init; }
    public required string Region { get; init; }

    /// <summary>The id of the resource group that it is made in.</summary>
    public required string Group { get; init; }

    /// <summary>As the cloud names it: <c>Premium_LRS</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Null: it is in no zone, or in all of the region.</summary>
    public string? Zone { get; init; }

    /// <summary>Its size: whole GiB.</summary>
    public required long Bytes { get; init; }

    /// <summary>Where nodes must be to use it, as the driver labels them.</summary>
    public required VolumeTopology Topology { get; init; }

    /// <summary>Of the file system on it, as the driver knows it; null: the driver's default.</summary>
    public string? FileSystem { get; init; }

    /// <summary>What else the driver must know of the volume (<c>volumeAttributes</c>); null: nothing.</summary>
    public ImmutableSortedDictionary<string, string>? Attributes { get; init; }
}

/// <summary>What a disk can be made from.</summary>
/// <param name="Disk">Null: nothing.</param>
/// <param name="Notes">Why nothing that is preferred, or nothing at all, can be used; and where the disk differs from the old one.</param>
public sealed record DiskChoice(NewDisk? Disk, ImmutableArray<string> Notes)
{
    /// <summary>The snapshot is gone, or in another region than the target: its driver can't make a volume of it either.</summary>
    public bool IsLost { get; init; }
}
