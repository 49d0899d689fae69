using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Makes and removes volumes for claims, as external-provisioner v6.3.0 does (pkg/controller/controller.go: Provision, getSnapshotSource;
/// sig-storage-lib-external-provisioner v13: shouldProvision, shouldDelete). Of data sources it knows VolumeSnapshots in the claim's
/// namespace; claims with another one are left alone. It puts no finalizer on volumes (the real one: its own, with HonorPVReclaimPolicy).
/// </summary>
internal sealed class VolumeProvisioner(StorageObjects cluster, StorageSystem storage, string driver, Func<string, string, string?> errors)
{
    public const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";
    public const string Provisioner = "volume.kubernetes.io/storage-provisioner";

    /// <summary>The only one that servers before 1.23 know.</summary>
    public const string BetaProvisioner = "volume.beta.kubernetes.io/storage-provisioner";

    public async Task SyncClaimAsync(JsonObject claim)
    {
        if (Class(claim) is not { } storageClass || cluster.Volumes.Find(null, "pvc-" + claim.Uid()) is not null)
            return;
        var bytes = ByteQuantity.Parse(claim.Text("spec", "resources", "requests", "storage")!);
        var (data, fault) = DataOf(claim, storageClass, bytes);
        if (data is not null && errors(claim.Namespace()!, claim.Name()) is { } error)
            (data, fault) = (null, $"rpc error: code = Internal desc = {error}");
        if (fault is not null)
            await cluster.WarnAsync(claim, driver + "_provisioner", "ProvisioningFailed", fault);
        if (data is null)
            return;
        var volume = VolumeFor(claim, storageClass, "pvc-" + claim.Uid(), driver);
        storage.CreateVolume(volume.Text("spec", "csi", "volumeHandle")!, bytes, data);
        await cluster.Volumes.CreateAsync(null, volume);
    }

    /// <summary>A released volume with the policy Delete goes, with its data.</summary>
    public async Task SyncVolumeAsync(JsonObject volume)
    {
        if (
            volume.IsDeleted()
            || volume.Annotation(ProvisionedBy) != driver
            || volume.Text("status", "phase") != "Released"
            || volume.Text("spec", "persistentVolumeReclaimPolicy") != "Delete"
        )
            return;
        storage.DeleteVolume(volume.Text("spec", "csi", "volumeHandle")!);
        await cluster.Volumes.DeleteAsync(volume);
    }

    /// <summary>The manifest of a claim's volume, which has a handle of its own.</summary>
    public static JsonObject VolumeFor(JsonObject claim, JsonObject storageClass, string name, string driver)
    {
        var mode = claim.Text("spec", "volumeMode") ?? "Filesystem";
        var csi = new JsonObject { ["driver"] = driver, ["volumeHandle"] = "vol-" + claim.Uid() };
        if (mode == "Filesystem")
            csi["fsType"] = "ext4";
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolume",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["annotations"] = new JsonObject { [ProvisionedBy] = driver },
            },
            ["spec"] = new JsonObject
            {
                ["accessModes"] = claim.At("spec", "accessModes")!.DeepClone(),
                ["capacity"] = claim.At("spec", "resources", "requests")!.DeepClone(),
                ["claimRef"] = claim.Reference("v1", "PersistentVolumeClaim"),
                ["csi"] = csi,
                ["persistentVolumeReclaimPolicy"] = storageClass.Text("reclaimPolicy") ?? "Delete",
                ["storageClassName"] = storageClass.Name(),
                ["volumeMode"] = mode,
            },
        };
    }

    /// <summary>The class of a claim that is ours to provision now; else null.</summary>
    private JsonObject? Class(JsonObject claim)
    {
        if (claim.IsDeleted() || claim.Text("spec", "volumeName") is { Length: > 0 })
            return null;
        if ((claim.Annotation(Provisioner) ?? claim.Annotation(BetaProvisioner)) != driver)
            return null;
        var found = cluster.StorageClasses.Find(null, claim.Text("spec", "storageClassName"));
        return found?.Text("provisioner") == driver && VolumeBinder.MayProvision(claim, found) ? found : null;
    }

    /// <returns>What is on the new volume, or why it can't be made; neither: the data source is another provisioner's.</returns>
    private (string? Data, string? Fault) DataOf(JsonObject claim, JsonObject storageClass, long bytes)
    {
        if ((claim.At("spec", "dataSource") ?? claim.At("spec", "dataSourceRef")) is not JsonObject source)
            return ("", null);
        if (source.Text("apiGroup") != SnapshotDefinitions.Group || source.Text("kind") != "VolumeSnapshot")
            return (null, null);
        var name = source.Text("name")!;
        var (snapshot, fault) = SnapshotFor(claim, storageClass, name, bytes);
        return snapshot is null
            ? (null, $"error getting handle for DataSource Type VolumeSnapshot by Name {name}: {fault}")
            : (snapshot.Data, null);
    }

    private (StoredSnapshot? Snapshot, string? Fault) SnapshotFor(JsonObject claim, JsonObject storageClass, string name, long bytes)
    {
        if (cluster.Snapshots.Find(claim.Namespace(), name) is not { } snapshot)
            return (
                null,
                $"error getting snapshot {name} from api server: volumesnapshots.{SnapshotDefinitions.Group} \"{name}\" not found"
            );
        if (snapshot.IsDeleted() && !snapshot.Finalizers().Contains(SnapshotNames.SourceFinalizer))
            return (null, $"snapshot {name} is being deleted");
        var bound = snapshot.Text("status", "boundVolumeSnapshotContentName");
        if (cluster.Contents.Find(null, bound) is not { } content)
            return (null, bound is null ? $"snapshot {name} not bound" : $"error getting snapshotcontent {bound} for snapshot {name}");
        if (!snapshot.IsReferredToBy(content.At("spec", "volumeSnapshotRef")))
            return (null, $"snapshotcontent {bound} for snapshot {name} is bound to a different snapshot");
        if (content.Text("spec", "driver") != driver)
            return (
                null,
                $"snapshotcontent {bound} for snapshot {name} is handled by a different CSI driver than requested by StorageClass "
                    + storageClass.Name()
            );
        if (!snapshot.Flag("status", "readyToUse"))
            return (null, $"snapshot {name} is not Ready");
        if (content.Text("status", "snapshotHandle") is not { } handle)
            return (null, $"snapshot handle {name} is not available");
        if (snapshot.Text("status", "restoreSize") is { } size && bytes < ByteQuantity.Parse(size))
            return (null, $"requested volume size {bytes} is less than the size {ByteQuantity.Parse(size)} for the source snapshot {name}");
        return storage.Snapshots.TryGetValue(handle, out var stored)
            ? (stored, null)
            : (null, $"rpc error: code = NotFound desc = there is no snapshot {handle}");
    }
}
