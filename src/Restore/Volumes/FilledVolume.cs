using System.Text.Json.Nodes;
using Holdfast.Clusters.Discovering;
using Holdfast.Manifests;

namespace Holdfast.Restore.Volumes;

/// <summary>
/// A volume that a mover fills for a claim: provisioned for a claim in the movers' namespace, and then given to the claim that it is for.
/// So no workload sees it half full, and no one in the workload's namespace sees the mover's credentials. Pure.
/// </summary>
internal static class FilledVolume
{
    public static readonly ApiResource Claims = new("", "v1", KnownTypes.PersistentVolumeClaims, "PersistentVolumeClaim", true, []);
    public static readonly ApiResource Volumes = new("", "v1", KnownTypes.PersistentVolumes, "PersistentVolume", false, []);

    private const string Reclaim = "persistentVolumeReclaimPolicy";

    /// <summary>What a claim of the movers' namespace asks for, so that its volume fits the claim that it is for.</summary>
    /// <param name="claim">As it will be created.</param>
    public static JsonObject ClaimFor(JsonObject claim, string name, JsonObject labels)
    {
        var asked = new JsonObject();
        foreach (var field in (string[])["accessModes", "resources", "storageClassName", "volumeMode"])
            if (claim.Object("spec")?[field] is { } value)
                asked[field] = value.DeepClone();
        var metadata = new JsonObject { ["name"] = name, ["labels"] = labels.DeepClone() };
        if (claim.Object("metadata").Object("annotations")?[StorageClassMap.Annotation] is { } named)
            metadata["annotations"] = new JsonObject { [StorageClassMap.Annotation] = named.DeepClone() };
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolumeClaim",
            ["metadata"] = metadata,
            ["spec"] = asked,
        };
    }

    /// <summary>The volume stays when the mover's claim is deleted; what its class wants is noted for later.</summary>
    public static JsonObject Kept(JsonObject volume, string plan) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = new JsonObject { [KnownLabels.RestoreRun] = plan },
                ["annotations"] = new JsonObject
                {
                    [KnownLabels.ReclaimPolicy] =
                        volume.Object("metadata").Object("annotations").Text(KnownLabels.ReclaimPolicy)
                        ?? volume.Object("spec").Text(Reclaim),
                },
            },
            ["spec"] = new JsonObject { [Reclaim] = SnapshotObjects.Retain },
        };

    /// <summary>The volume waits for the claim that it is for, and for no other.</summary>
    public static JsonObject GivenTo(string ns, string claim) =>
        new()
        {
            ["spec"] = new JsonObject
            {
                ["claimRef"] = new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "PersistentVolumeClaim",
                    ["namespace"] = ns,
                    ["name"] = claim,
                    ["uid"] = null,
                    ["resourceVersion"] = null,
                },
            },
        };

    /// <summary>Once the claim is bound: the volume is as its class makes volumes.</summary>
    public static JsonObject Settled(JsonObject volume) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["labels"] = new JsonObject { [KnownLabels.RestoreRun] = null },
                ["annotations"] = new JsonObject { [KnownLabels.ReclaimPolicy] = null },
            },
            ["spec"] = new JsonObject
            {
                [Reclaim] =
                    volume.Object("metadata").Object("annotations").Text(KnownLabels.ReclaimPolicy) ?? volume.Object("spec").Text(Reclaim),
            },
        };

    public static bool IsOf(JsonObject volume, string ns, string claim) =>
        volume.Object("spec").Object("claimRef") is { } held && held.Text("namespace") == ns && held.Text("name") == claim;
}
