using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;

namespace Holdfast.Restore.Volumes;

/// <summary>The PersistentVolume on a disk that a restore has made: it waits for its claim, and for no other. Pure.</summary>
internal static class DiskVolume
{
    /// <summary>Of a volume whose disk its driver deletes along: who made it. The driver deletes no other's.</summary>
    private const string ProvisionedBy = "pv.kubernetes.io/provisioned-by";

    /// <param name="handle">What the driver knows the disk by.</param>
    /// <param name="claim">As it will be created.</param>
    /// <param name="plan">As <see cref="RestorePlan.Name"/>.</param>
    public static JsonObject Of(DiskSource source, string handle, JsonObject claim, string plan)
    {
        var wanted = claim.Object("spec");
        var spec = new JsonObject
        {
            ["capacity"] = new JsonObject { ["storage"] = Quantity.OfBytes(source.Disk.Bytes) },
            ["accessModes"] = wanted?["accessModes"]?.DeepClone(),
            ["volumeMode"] = source.Mode == VolumeMode.Block ? "Block" : "Filesystem",
            ["persistentVolumeReclaimPolicy"] = source.Reclaim,
            ["storageClassName"] = StorageClassMap.ClassOf(claim) ?? "",
            ["claimRef"] = Reference(claim),
            ["csi"] = Csi(source, handle),
            ["nodeAffinity"] = Affinity(source.Disk.Topology),
        };
        if (source.MountOptions is { } options)
            spec["mountOptions"] = new JsonArray([.. options.Select(o => JsonValue.Create(o))]);
        if (wanted?["volumeAttributesClassName"] is { } attributes)
            spec["volumeAttributesClassName"] = attributes.DeepClone();
        return new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolume",
            ["metadata"] = new JsonObject
            {
                ["name"] = source.Name,
                ["labels"] = new JsonObject { [KnownLabels.RestoreRun] = plan },
                ["annotations"] = new JsonObject { [ProvisionedBy] = source.Driver },
            },
            ["spec"] = spec,
        };
    }

    /// <summary>The run has made the volume, on this disk.</summary>
    public static bool IsOf(JsonObject volume, string plan, string handle) =>
        SnapshotObjects.IsOf(volume, plan)
        && string.Equals(volume.Object("spec").Object("csi").Text("volumeHandle"), handle, StringComparison.OrdinalIgnoreCase);

    /// <summary>Some claim is or was bound to it.</summary>
    public static bool HasBeenBound(JsonObject volume) => volume.Object("spec").Object("claimRef").Text("uid") is { Length: > 0 };

    /// <summary>Once its claim is bound: nothing marks it as a restore's any more.</summary>
    public static JsonObject Settled() =>
        new() { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [KnownLabels.RestoreRun] = null } } };

    private static JsonObject Reference(JsonObject claim) =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "PersistentVolumeClaim",
            ["namespace"] = claim.Object("metadata").Text("namespace"),
            ["name"] = claim.Object("metadata").Text("name"),
        };

    private static JsonObject Csi(DiskSource source, string handle)
    {
        var csi = new JsonObject { ["driver"] = source.Driver, ["volumeHandle"] = handle };
        if (source.Disk.FileSystem is { } type)
            csi["fsType"] = type;
        if (source.Disk.Attributes is { } attributes)
            csi["volumeAttributes"] = new JsonObject(attributes.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value)));
        return csi;
    }

    private static JsonObject Affinity(VolumeTopology topology) =>
        new()
        {
            ["required"] = new JsonObject
            {
                ["nodeSelectorTerms"] = new JsonArray(
                    new JsonObject
                    {
                        ["matchExpressions"] = new JsonArray(
                            new JsonObject
                            {
                                ["key"] = topology.Key,
                                ["operator"] = "In",
                                ["values"] = new JsonArray([.. topology.Values.Select(v => JsonValue.Create(v))]),
                            }
                        ),
                    }
                ),
            },
        };
}
