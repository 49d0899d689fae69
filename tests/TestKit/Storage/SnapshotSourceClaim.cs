using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// The claim that a VolumeSnapshot is taken of, as external-snapshotter v8.6.0 looks at it (pkg/common-controller:
/// getVolumeFromVolumeSnapshot, ensurePVCFinalizer, checkandRemovePVCFinalizer): held by a finalizer until its snapshots are ready.
/// </summary>
internal sealed class SnapshotSourceClaim(StorageObjects cluster)
{
    /// <summary>Puts the finalizer on the claim, unless it is there.</summary>
    /// <returns>The volume to take a snapshot of, or why it has no usable one; neither: another writer was faster.</returns>
    public async Task<(JsonObject? Volume, string? Fault)> HoldAsync(JsonObject snapshot)
    {
        if (Find(snapshot) is not { } claim)
            return (null, Refused(snapshot.Name(), "cannot get claim from snapshot"));
        if (!claim.Finalizers().Contains(SnapshotNames.ClaimFinalizer))
        {
            if (claim.IsDeleted())
                return (null, Refused(claim.Name(), "cannot add finalizer on claim because it is being deleted"));
            var held = claim.FinalizersPatch([.. claim.Finalizers(), SnapshotNames.ClaimFinalizer]);
            if (await cluster.Claims.PatchAsync(claim, held) is null)
                return (null, null);
        }
        var (volume, fault) = VolumeOf(snapshot);
        if (volume is null)
            return (null, $"failed to get input parameters to create snapshot {snapshot.Name()}: \"{fault}\"");
        return volume.At("spec", "csi") is null
            ? (null, $"cannot find CSI PersistentVolumeSource for volume {volume.Name()}")
            : (volume, null);
    }

    /// <summary>Takes the finalizer off again once no snapshot of the claim is unready.</summary>
    /// <param name="isGoing">This snapshot no longer counts.</param>
    /// <returns>False: another writer was faster.</returns>
    public async Task<bool> ReleaseAsync(JsonObject snapshot, bool isGoing)
    {
        if (Find(snapshot) is not { } claim || !claim.Finalizers().Contains(SnapshotNames.ClaimFinalizer))
            return true;
        var isUsedByThis = !isGoing && !snapshot.Flag("status", "readyToUse");
        var isUsed =
            isUsedByThis
            || cluster.Snapshots.All.Any(other =>
                other.Namespace() == claim.Namespace()
                && other.Text("spec", "source", "persistentVolumeClaimName") == claim.Name()
                && !other.Flag("status", "readyToUse")
                && other.Name() != snapshot.Name()
            );
        return isUsed
            || await cluster.Claims.PatchAsync(claim, claim.FinalizersPatch(claim.Finalizers().Except([SnapshotNames.ClaimFinalizer])))
                is not null;
    }

    /// <returns>The volume that the claim is bound to, or why it has no usable one.</returns>
    public (JsonObject? Volume, string? Fault) VolumeOf(JsonObject snapshot)
    {
        var name = snapshot.Text("spec", "source", "persistentVolumeClaimName");
        if (Find(snapshot) is not { } claim)
            return (null, $"failed to retrieve PVC {name} from the lister: \"persistentvolumeclaim \\\"{name}\\\" not found\"");
        if (claim.Text("status", "phase") != "Bound")
            return (null, $"the PVC {name} is not yet bound to a PV, will not attempt to take a snapshot");
        var volumeName = claim.Text("spec", "volumeName");
        if (cluster.Volumes.Find(null, volumeName) is not { } volume)
            return (null, $"failed to retrieve PV {volumeName} from the API server: \"persistentvolumes \\\"{volumeName}\\\" not found\"");
        return claim.IsNamedBy(volume.At("spec", "claimRef")) ? (volume, null) : (null, "claim in dataSource not bound or invalid");
    }

    private static string Refused(string name, string why) => $"snapshot controller failed to update {name} on API server: {why}";

    private JsonObject? Find(JsonObject snapshot) =>
        cluster.Claims.Find(snapshot.Namespace(), snapshot.Text("spec", "source", "persistentVolumeClaimName"));
}
