using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Does kube-controller-manager's part with claims and volumes, on clusters without one: asks the provisioner, binds a claim to the volume
/// that names it or that it names, releases the volume of a deleted claim (kubernetes v1.34, pkg/controller/volume/persistentvolume). It
/// doesn't search for a volume that only fits, and knows no claims that lost their volume.
/// </summary>
internal sealed class VolumeBinder(StorageObjects cluster, string driver)
{
    public const string BindCompleted = "pv.kubernetes.io/bind-completed";
    public const string BoundByController = "pv.kubernetes.io/bound-by-controller";

    /// <summary>Not while a claim waits for the node of its first pod.</summary>
    public static bool MayProvision(JsonObject claim, JsonObject storageClass) =>
        storageClass.Text("volumeBindingMode") != "WaitForFirstConsumer"
        || claim.Annotation("volume.kubernetes.io/selected-node") is { Length: > 0 };

    public async Task SyncClaimAsync(JsonObject claim)
    {
        if (claim.IsDeleted() || claim.Text("status", "phase") == "Bound")
            return;
        var volumeName = claim.Text("spec", "volumeName");
        var volume = volumeName is { Length: > 0 }
            ? cluster.Volumes.Find(null, volumeName)
            : cluster.Volumes.All.FirstOrDefault(pv => claim.IsNamedBy(pv.At("spec", "claimRef")));
        if (volume is not null && (volume.At("spec", "claimRef") is null || claim.IsNamedBy(volume.At("spec", "claimRef"))))
            await BindAsync(claim, volume);
        else if (volumeName is null or "")
            await AskProvisionerAsync(claim);
    }

    public async Task SyncVolumeAsync(JsonObject volume)
    {
        if (
            volume.Text("status", "phase") != "Bound"
            || volume.At("spec", "claimRef") is not JsonObject claim
            || volume.Text("spec", "csi", "driver") != driver
        )
            return;
        var (ns, name) = (claim.Text("namespace"), claim.Text("name")!);
        // The volume's watch may be ahead of the claims'.
        if (cluster.Claims.Find(ns, name) is null && !await cluster.Claims.ExistsAsync(ns, name))
            await cluster.Volumes.PatchStatusAsync(volume, new JsonObject { ["phase"] = "Released" });
    }

    private async Task BindAsync(JsonObject claim, JsonObject volume)
    {
        if (!claim.IsReferredToBy(volume.At("spec", "claimRef")))
        {
            var spec = new JsonObject { ["claimRef"] = claim.Reference("v1", "PersistentVolumeClaim") };
            if (await cluster.Volumes.PatchAsync(volume, new JsonObject { ["spec"] = spec }) is null)
                return;
        }
        if (volume.Text("status", "phase") != "Bound")
            await cluster.Volumes.PatchStatusAsync(volume, new JsonObject { ["phase"] = "Bound" });
        if (await cluster.Claims.PatchAsync(claim, BoundPatch(claim, volume.Name())) is { } bound)
            await cluster.Claims.PatchStatusAsync(bound, BoundStatus(volume));
    }

    public static JsonObject BoundStatus(JsonObject volume) =>
        new()
        {
            ["phase"] = "Bound",
            ["accessModes"] = volume.At("spec", "accessModes")!.DeepClone(),
            ["capacity"] = volume.At("spec", "capacity")!.DeepClone(),
        };

    private static JsonObject BoundPatch(JsonObject claim, string volumeName)
    {
        var annotations = new JsonObject { [BindCompleted] = "yes" };
        if (claim.Text("spec", "volumeName") is null or "")
            annotations[BoundByController] = "yes";
        return new()
        {
            ["metadata"] = new JsonObject { ["annotations"] = annotations },
            ["spec"] = new JsonObject { ["volumeName"] = volumeName },
        };
    }

    private async Task AskProvisionerAsync(JsonObject claim)
    {
        if (
            cluster.StorageClasses.Find(null, claim.Text("spec", "storageClassName")) is not { } storageClass
            || storageClass.Text("provisioner") != driver
            || !MayProvision(claim, storageClass)
            || claim.Annotation(VolumeProvisioner.Provisioner) is not null
        )
            return;
        var annotations = new JsonObject { [VolumeProvisioner.Provisioner] = driver, [VolumeProvisioner.BetaProvisioner] = driver };
        await cluster.Claims.PatchAsync(claim, new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } });
    }
}
