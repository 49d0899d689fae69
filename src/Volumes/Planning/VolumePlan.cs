using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Volumes.Clouds;

namespace Holdfast.Volumes.Planning;

/// <summary>What a capture does about each volume, decided before the first snapshot. Serialisable.</summary>
public sealed record VolumePlan
{
    public static readonly VolumePlan Nothing = new() { Volumes = [] };

    /// <summary>Sorted by namespace, claim, volume.</summary>
    public required ImmutableArray<PlannedVolume> Volumes { get; init; }

    /// <summary>Of the group snapshot.storage.k8s.io; null: no snapshot is made.</summary>
    public string? SnapshotVersion { get; init; }

    /// <summary>Of the group groupsnapshot.storage.k8s.io; null: it isn't served.</summary>
    public string? GroupVersion { get; init; }

    /// <summary>By number.</summary>
    public ImmutableArray<PlannedGroup> Groups
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>A volume whose data isn't protected, though it could be needed, is a gap of the point.</summary>
    public bool RequiresProtection { get; init; }

    /// <summary>Why the claims can't be listed, so that no volume is protected; null: they can.</summary>
    public string? Unlisted { get; init; }

    /// <summary>Of the policy, to run around the cut beside those of pods' annotations; null: none.</summary>
    public ImmutableArray<PolicyHook>? Hooks { get; init; }

    /// <summary>How the files of some volumes are exported; null: none are.</summary>
    public FilePlan? Files { get; init; }

    /// <summary>What to do with disks of the cloud that the cluster is in; null: nothing.</summary>
    public CloudVolumes? Cloud { get; init; }

    /// <summary>What isn't as it should be, though no volume is missing.</summary>
    public string? Warning { get; init; }

    /// <summary>What was asked for.</summary>
    public CaptureScope Scope { get; init; } = new();

    /// <summary>Namespaces with the label that leaves them out.</summary>
    public ImmutableArray<string> LabelledNamespaces { get; init; } = [];

    /// <summary>Where the cloud's snapshots of this plan are made, and their copies, as far as that is known before.</summary>
    [JsonIgnore]
    public IEnumerable<AzureGroupId> CloudGroups =>
        Volumes
            .Select(v => v.Disk)
            .OfType<string>()
            .Select(d => Cloud?.Cluster?.SnapshotResourceGroup ?? AzureGroupId.Of(AzureResourceId.Parse(d)))
            .Concat(Cloud?.Copies.Select(c => c.ResourceGroup).OfType<AzureGroupId>() ?? [])
            .Distinct();

    /// <summary>How many batches of snapshots are to be made.</summary>
    public int Batches => Volumes.Max(v => v.Batch) + 1 ?? 0;

    /// <summary>Those that a snapshot is made of, by number.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<int, PlannedVolume> ByNumber => Volumes.Where(v => v.Number is not null).ToDictionary(v => v.Number!.Value);

    public IEnumerable<PlannedVolume> OfBatch(int batch) => Volumes.Where(v => v.Batch == batch);
}

/// <summary>A volume, and the snapshot that is to be made of it.</summary>
public sealed record PlannedVolume
{
    /// <summary>
    /// As it was found; not protected, with the reason why that stays so, or with <see cref="VolumeRecord.Reason"/> empty when a snapshot
    /// is to be made.
    /// </summary>
    public required VolumeRecord Record { get; init; }

    /// <summary>Its data isn't needed, or there is none: without protection it isn't a gap.</summary>
    public bool IsNotNeeded { get; init; }

    /// <summary>The VolumeSnapshotClass; null: no CSI snapshot is made.</summary>
    public string? Class { get; init; }

    /// <summary>Its files are to be exported as <see cref="VolumePlan.Files"/> says.</summary>
    public bool ExportsFiles { get; init; }

    /// <summary>What the cloud knows the disk by of which it takes the snapshot itself; null: it doesn't.</summary>
    public string? Disk { get; init; }

    /// <summary>A snapshot is made, in one way or the other.</summary>
    [JsonIgnore]
    public bool IsCut => Class is not null || Disk is not null;

    /// <summary>Of the run, from 0; null: no snapshot is made.</summary>
    public int? Number { get; init; }

    /// <summary>Snapshots of one batch are cut together; null: no snapshot is made.</summary>
    public int? Batch { get; init; }

    /// <summary>The <see cref="PlannedGroup"/> that it is snapshotted with; null: alone.</summary>
    public int? Group { get; init; }

    /// <summary>Those of one application are of the same batch.</summary>
    public string Application { get; init; } = "";
}
