using System.Text.Json.Serialization;

namespace Holdfast.Archive.Format;

/// <summary>A copy of a storage snapshot in another place of the same cloud.</summary>
/// <param name="Region">As the cloud names it: <c>westeurope</c>.</param>
/// <param name="Handle">What the cloud knows the copy by.</param>
public sealed record SnapshotCopy(string Region, string Handle);

/// <summary>A volume's data in blob storage: restoring it needs neither the storage system nor the region that the volume was in.</summary>
public sealed record VolumeExport
{
    public required VolumeExportKind Kind { get; init; }

    /// <summary>Of a disk image its blob's URL without a query; of files the URL of the mover's repository, without a query.</summary>
    public required string Location { get; init; }

    /// <summary>What wrote the files, and reads them: <c>restic</c>; set exactly for files.</summary>
    public string? Tool { get; init; }

    /// <summary>The mover's snapshot in the repository; set exactly for files.</summary>
    public string? Snapshot { get; init; }

    /// <summary>How many files there are; set exactly for files.</summary>
    public long? Files { get; init; }

    /// <summary>What a restore reads: of a disk image its size, of files the sum of their sizes.</summary>
    public required long Bytes { get; init; }
}

[JsonConverter(typeof(ExactEnumJson<VolumeExportKind>))]
public enum VolumeExportKind
{
    /// <summary>The disk, byte for byte, as a page blob (VHD, fixed size).</summary>
    DiskImage,

    /// <summary>The files of its file system, in a mover's repository.</summary>
    Files,
}
