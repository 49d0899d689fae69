using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;
using Holdfast.Restore.Volumes;

namespace Holdfast.Restore.Rules;

/// <summary>Volumes come back attached to the disks that exist; what has no disk to go back to is said to be empty.</summary>
internal static class VolumeRules
{
    public const string NotAdopted = "volume-not-adopted";
    public const string FromSnapshot = "volume-from-snapshot";

    /// <summary>Servers before it don't know a claim's <c>dataSourceRef</c> by default.</summary>
    private static readonly ServerRelease DataSourceRefs = new(1, 24);

    private static readonly string[] BindAnnotations =
    [
        "pv.kubernetes.io/bind-completed",
        "pv.kubernetes.io/bound-by-controller",
        "volume.kubernetes.io/storage-provisioner",
        "volume.beta.kubernetes.io/storage-provisioner",
        "volume.kubernetes.io/selected-node",
    ];

    public static readonly ImmutableArray<Rule> Rows =
    [
        Rule.Change(
            "storage-class-mapped",
            [KnownTypes.PersistentVolumeClaims, KnownTypes.PersistentVolumes, KnownTypes.StatefulSets],
            "--map-storage-class gives claims, volumes and claim templates another storage class",
            s => StorageClassMap.Apply(s.Request.StorageClasses, s.Manifest)
        ),
        Rule.Remove(
            "claim-bind-annotations",
            [KnownTypes.PersistentVolumeClaims],
            "they say that binding is done, which it isn't",
            s => s.RemoveAnnotations(IsBindAnnotation)
        ),
        Rule.Remove(
            "claim-restored-source",
            [KnownTypes.PersistentVolumeClaims],
            "the VolumeSnapshot that an earlier restore made the claim from is gone: a claim that names it would never be provisioned",
            DropRestoredSource
        ),
        Rule.Change(
            "claim-from-snapshot",
            [KnownTypes.PersistentVolumeClaims],
            "a claim that gets its data from a snapshot of the point names the VolumeSnapshot that the restore makes of it, and asks for "
                + "at least the size that the snapshot needs",
            Provision
        ),
        Rule.Change(
            "claim-from-files",
            [KnownTypes.PersistentVolumeClaims],
            "a claim that gets its data from exported files, or on a new disk, is attached by volumeName to the volume that was prepared "
                + "for it",
            Attach
        ),
        Rule.Change(
            "claim-volume",
            [KnownTypes.PersistentVolumeClaims],
            "a claim whose volume comes back is attached to it by volumeName; any other gets a new volume, which is empty without a "
                + "snapshot",
            KeepOrClearVolume
        ),
        Rule.Skip(
            FromSnapshot,
            [KnownTypes.PersistentVolumes],
            "its claim gets a new volume with the data of the point: two volumes never share a disk",
            s => s.Context.Claim?.From is ClaimSource.Snapshot or ClaimSource.Files or ClaimSource.Disk
        ),
        Rule.Skip(
            NotAdopted,
            [KnownTypes.PersistentVolumes],
            "its reclaim policy is Delete and its claim gets no data from a snapshot: two volumes on one disk lose it; --adopt-volumes "
                + "attaches it when the source no longer uses it",
            s => !s.Request.AdoptVolumes && Reclaim(s.Spec) == "Delete"
        ),
        Rule.Remove(
            "volume-claim-uid",
            [KnownTypes.PersistentVolumes],
            "the claim comes back under another uid; the volume waits for it by namespace and name",
            DropClaimUid
        ),
        Rule.Remove(
            "volume-bind-annotations",
            [KnownTypes.PersistentVolumes],
            "they say that binding is done, which it isn't",
            s => s.RemoveAnnotations(key => key == "pv.kubernetes.io/bound-by-controller")
        ),
        Rule.Change(
            "volume-retained",
            [KnownTypes.PersistentVolumes],
            "the reclaim policy becomes Retain: the disk isn't this restore's to delete. The original stays only when the volume is "
                + "adopted in its own cluster",
            Retain
        ),
        Rule.Keep(
            "volume-same-disk",
            [KnownTypes.PersistentVolumes],
            "a volume on the same driver and volumeHandle is in the target already: another one on the same disk isn't made"
        ),
    ];

    public static bool IsBindAnnotation(string key) => BindAnnotations.Contains(key);

    public static string Reclaim(JsonObject? spec) => spec.Text("persistentVolumeReclaimPolicy") ?? "Retain";

    private static void DropRestoredSource(RuleSubject subject)
    {
        if (!SnapshotObjects.IsOfARestore(subject.Spec))
            return;
        subject.Spec!.Remove("dataSource");
        subject.Spec.Remove("dataSourceRef");
    }

    private static void Provision(RuleSubject subject)
    {
        if (subject.Context.Claim?.Snapshot is not { } snapshot)
            return;
        var spec = subject.Manifest.Ensure("spec");
        spec.Remove("volumeName");
        spec.Remove("dataSourceRef");
        spec["dataSource"] = SnapshotObjects.DataSource(snapshot);
        if (subject.Context.TargetVersion is { } version && !version.IsBefore(DataSourceRefs))
            spec["dataSourceRef"] = SnapshotObjects.DataSource(snapshot);
        if (snapshot.Size is { } size)
            AskFor(spec.Ensure("resources"), size);
    }

    private static void Attach(RuleSubject subject)
    {
        if (subject.Context.Claim is not { IsPrepared: true } filled)
            return;
        var spec = subject.Manifest.Ensure("spec");
        foreach (var field in (string[])["volumeName", "dataSource", "dataSourceRef"])
            spec.Remove(field);
        if (filled.Volume is { } volume)
            spec["volumeName"] = volume;
        // with no class named, the default one would be, which the volume hasn't
        if (filled.Disk is not null && StorageClassMap.ClassOf(subject.Manifest) is null)
            spec["storageClassName"] = "";
    }

    private static void AskFor(JsonObject resources, string size)
    {
        resources.Ensure("requests")["storage"] = size;
        if (resources.Object("limits") is { } limits && limits.ContainsKey("storage"))
            limits["storage"] = size;
    }

    private static void KeepOrClearVolume(RuleSubject subject)
    {
        if (subject.Context.Claim is { IsPrepared: true })
            return;
        if (subject.Spec is not { } spec || spec.Text("volumeName") is not { Length: > 0 } volume)
            return;
        if (VolumeComesBack(subject.Context, volume))
        {
            spec["volumeName"] = subject.Context.VolumeName(volume);
            return;
        }
        spec.Remove("volumeName");
        var source = spec.Object("dataSourceRef") ?? spec.Object("dataSource");
        if (source is null)
            subject.WarnIncomplete($"its volume {volume} doesn't come back: the claim gets a new volume, which is empty");
        else
        {
            var from = $"{source.Text("kind")} {source.Text("name")}";
            subject.WarnIncomplete(
                $"its volume {volume} doesn't come back: the claim gets a new volume from {from}, without what was written since"
            );
        }
    }

    private static bool VolumeComesBack(RuleContext context, string volume)
    {
        if (context.VolumeComesBack is { } decided)
            return decided(volume);
        return context.InPoint(new(KnownTypes.PersistentVolumes, null, volume)) is { } found
            && (context.Request.AdoptVolumes || Reclaim(found.Object("spec")) != "Delete");
    }

    private static void DropClaimUid(RuleSubject subject)
    {
        var claim = subject.Spec.Object("claimRef");
        claim?.Remove("uid");
        claim?.Remove("resourceVersion");
    }

    private static void Retain(RuleSubject subject)
    {
        if (subject.Spec is not { } spec || Reclaim(spec) == "Retain")
            return;
        // In the volume's own cluster a missing volume is proven gone: nothing else can delete the disk any more.
        if (subject.Request.AdoptVolumes && !subject.Request.IntoOtherCluster)
            return;
        subject.Warn($"reclaim policy {Reclaim(spec)} becomes Retain");
        spec["persistentVolumeReclaimPolicy"] = "Retain";
    }
}
