using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Volumes.Discovering;
using Holdfast.Volumes.Snapshots;

namespace Holdfast.Volumes.Files;

/// <summary>
/// A volume made from a snapshot, in the movers' namespace: a pre-provisioned VolumeSnapshotContent with the policy Retain, a
/// VolumeSnapshot bound to it, and a claim. All have one name. The snapshot in the storage system stays, whatever becomes of them.
/// </summary>
internal sealed class SnapshotMount(MoverJobs objects, SnapshotApi api, string ns)
{
    /// <param name="record">The volume that the snapshot is of.</param>
    public async Task CreateAsync(
        string name,
        JsonObject labels,
        VolumeRecord record,
        string? snapshotClass,
        CutVolume cut,
        CancellationToken cancellation
    )
    {
        await objects.CreateAsync(api.Contents, null, Content(name, labels, record, snapshotClass, cut.Handle!), cancellation);
        await objects.CreateAsync(api.Snapshots, ns, Snapshot(name, labels, snapshotClass), cancellation);
        await objects.CreateAsync(VolumeTypes.Claims, ns, Claim(name, labels, record, cut.RestoreBytes), cancellation);
    }

    /// <summary>Removes the volume too, whatever its storage class says of released ones.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellation)
    {
        await objects.RemoveClaimAsync(name, cancellation);
        // the snapshot first: a content that a VolumeSnapshot still names isn't let go
        await objects.DeleteAsync(api.Snapshots, ns, name, cancellation);
        await objects.DeleteAsync(api.Contents, null, name, cancellation);
    }

    private JsonObject Content(string name, JsonObject labels, VolumeRecord record, string? snapshotClass, string handle) =>
        Of(
            api.Contents.ApiVersion,
            api.Contents.Kind,
            name,
            labels,
            snapshotClass,
            new()
            {
                ["deletionPolicy"] = "Retain",
                ["driver"] = record.Driver,
                ["source"] = new JsonObject { ["snapshotHandle"] = handle },
                ["sourceVolumeMode"] = record.Mode.ToString(),
                ["volumeSnapshotRef"] = new JsonObject
                {
                    ["apiVersion"] = api.Snapshots.ApiVersion,
                    ["kind"] = api.Snapshots.Kind,
                    ["namespace"] = ns,
                    ["name"] = name,
                },
            }
        );

    private JsonObject Snapshot(string name, JsonObject labels, string? snapshotClass) =>
        Of(
            api.Snapshots.ApiVersion,
            api.Snapshots.Kind,
            name,
            labels,
            snapshotClass,
            new() { ["source"] = new JsonObject { ["volumeSnapshotContentName"] = name } }
        );

    private static JsonObject Claim(string name, JsonObject labels, VolumeRecord record, long? bytes)
    {
        var source = new JsonObject
        {
            ["apiGroup"] = "snapshot.storage.k8s.io",
            ["kind"] = "VolumeSnapshot",
            ["name"] = name,
        };
        var least = Quantity.OfBytes(bytes ?? 1);
        var needed = Quantity.Compare(record.Capacity, least) >= 0 ? record.Capacity : least;
        return Of(
            "v1",
            "PersistentVolumeClaim",
            name,
            labels,
            null,
            new()
            {
                ["accessModes"] = new JsonArray(record.AccessModes.Contains("ReadWriteOnce") ? "ReadWriteOnce" : record.AccessModes[0]),
                ["storageClassName"] = record.StorageClass,
                ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = needed } },
                ["dataSource"] = source,
            }
        );
    }

    private static JsonObject Of(string version, string kind, string name, JsonObject labels, string? snapshotClass, JsonObject spec)
    {
        if (snapshotClass is not null)
            spec["volumeSnapshotClassName"] = snapshotClass;
        return new()
        {
            ["apiVersion"] = version,
            ["kind"] = kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels.DeepClone() },
            ["spec"] = spec,
        };
    }
}
