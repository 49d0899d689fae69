using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Volumes.Discovering;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// The objects that stand for a run's snapshots in the cluster. Every call may be repeated, and a missing object counts as deleted.
/// Thread-safe.
/// </summary>
/// <remarks>
/// How the snapshot controller and the CSI driver's sidecar treat them: https://github.com/kubernetes-csi/external-snapshotter, v8.6.
/// </remarks>
internal sealed class SnapshotObjects(ClusterConnection connection, SnapshotApi api, SnapshotNames names)
{
    /// <summary>The sidecar deletes the storage's snapshot with a content that has it, and the policy Delete.</summary>
    private const string BeingDeleted = "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted";

    private readonly SnapshotWrites writes = new(connection, names);
    private readonly ObjectLists lists = new(connection);

    /// <summary>What the VolumeSnapshot of a planned volume is called.</summary>
    public string NameOf(int number) => names.NameOf(number);

    /// <returns>Why it can't be created; null: it was, or is there.</returns>
    public Task<string?> CreateAsync(string ns, string claim, string snapshotClass, int number, CancellationToken cancellation) =>
        writes.CreateAsync(
            api.Snapshots,
            ns,
            names.NameOf(number),
            new()
            {
                ["volumeSnapshotClassName"] = snapshotClass,
                ["source"] = new JsonObject { ["persistentVolumeClaimName"] = claim },
            },
            cancellation
        );

    /// <summary>The run's VolumeSnapshots in a namespace, by name.</summary>
    public async Task<Dictionary<string, JsonObject>> SnapshotsAsync(string? ns, CancellationToken cancellation) =>
        ByName(await lists.ReadAsync(api.Snapshots, ns, cancellation, names.Selector));

    /// <summary>The VolumeSnapshots of a namespace, whoever made them.</summary>
    public Task<List<JsonObject>> AllSnapshotsAsync(string ns, CancellationToken cancellation) =>
        lists.ReadAsync(api.Snapshots, ns, cancellation);

    /// <summary>The run's VolumeSnapshotContents that were secured or given up, by name.</summary>
    public async Task<Dictionary<string, JsonObject>> ContentsAsync(CancellationToken cancellation) =>
        ByName(await lists.ReadAsync(api.Contents, null, cancellation, names.Selector));

    /// <summary>Makes a VolumeSnapshot that a controller made one of the run's.</summary>
    /// <returns>Why it can't be changed; null: it was.</returns>
    public Task<string?> LabelAsync(string ns, string name, CancellationToken cancellation) =>
        writes.LabelAsync(api.Snapshots, ns, name, cancellation);

    /// <summary>
    /// From here on the snapshot stays in the storage, whatever becomes of the VolumeSnapshot and of its namespace.
    /// </summary>
    /// <returns>The content as it now is; or why it can't be changed.</returns>
    public Task<(JsonObject? Content, string? Problem)> SecureAsync(string content, CancellationToken cancellation) =>
        writes.RetainAsync(api.Contents, content, cancellation);

    public Task DeleteSnapshotAsync(string ns, int number, CancellationToken cancellation) =>
        DeleteSnapshotAsync(ns, names.NameOf(number), cancellation);

    /// <exception cref="ClusterException">It can't be deleted.</exception>
    public Task DeleteSnapshotAsync(string ns, string name, CancellationToken cancellation) =>
        writes.DeleteAsync(api.Snapshots, ns, name, cancellation);

    /// <summary>The storage's snapshot stays when the content's policy is Retain.</summary>
    /// <exception cref="ClusterException">It can't be deleted.</exception>
    public Task DeleteContentAsync(string content, CancellationToken cancellation) =>
        writes.DeleteAsync(api.Contents, null, content, cancellation);

    /// <summary>Deletes a content and the storage's snapshot.</summary>
    /// <exception cref="ClusterException">It can't be changed or deleted.</exception>
    public Task PurgeContentAsync(string content, CancellationToken cancellation) =>
        writes.PurgeAsync(api.Contents, content, BeingDeleted, cancellation);

    internal static Dictionary<string, JsonObject> ByName(IEnumerable<JsonObject> objects) =>
        objects.ToDictionary(o => o.Object("metadata").Text("name") ?? "");
}
