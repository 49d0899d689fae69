using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Stores;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;

namespace Holdfast.Volumes.Clouds;

/// <summary>What a capture is to do with disks of the cloud that the cluster is in. Serialisable.</summary>
public sealed record CloudVolumes
{
    /// <summary>Where the cluster is; null: its registration doesn't say, and no snapshot is taken of disks directly.</summary>
    public AzureCluster? Cluster { get; init; }

    /// <summary>Where else snapshots are copied to.</summary>
    public ImmutableArray<VolumeCopyPlace> Copies
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>Where the point is written, for tags.</summary>
    public string? Vault { get; init; }

    /// <summary>Images of the disks are written into the vault's account.</summary>
    public bool Images { get; init; }

    /// <summary>Until when storage refuses to delete the point, and so its images; null: it doesn't.</summary>
    public DateTimeOffset? KeepUntil { get; init; }

    /// <summary>Whether that time can be taken back.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutabilityMode KeepMode { get; init; }
}
