using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Clusters;
using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Volumes.Discovering;
using Holdfast.Volumes.Planning;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// The objects that stand for a run's group snapshots in the cluster. A controller makes a VolumeSnapshot and a content for each member;
/// they go with the group, and with them, where the policy is Delete, all its snapshots at once. Every call may be repeated. Thread-safe.
/// </summary>
/// <remarks>
/// https://github.com/kubernetes-csi/external-snapshotter, v8.6: pkg/common-controller/groupsnapshot_controller_helper.go,
/// pkg/sidecar-controller/groupsnapshot_helper.go.
/// </remarks>
internal sealed class GroupObjects(ClusterConnection connection, GroupApi api, SnapshotNames names)
{
    /// <summary>The sidecar deletes the storage's snapshots with a content that has it, and the policy Delete.</summary>
    private const string BeingDeleted = "groupsnapshot.storage.kubernetes.io/volumegroupsnapshot-being-deleted";

    private readonly SnapshotWrites writes = new(connection, names);
    private readonly ObjectLists lists = new(connection);

    /// <summary>What the VolumeGroupSnapshot of a planned group is called.</summary>
    public string NameOf(int group) => names.NameOfGroup(group);

    /// <returns>Why it can't be created; null: it was, or is there.</returns>
    public Task<string?> CreateAsync(PlannedGroup group, CancellationToken cancellation) =>
        writes.CreateAsync(
            api.Groups,
            group.Namespace,
            NameOf(group.Number),
            new()
            {
                ["volumeGroupSnapshotClassName"] = group.Class,
                ["source"] = new JsonObject { ["selector"] = new JsonObject { ["matchLabels"] = Labels(group) } },
            },
            cancellation
        );

    /// <summary>The run's VolumeGroupSnapshots in a namespace, by name.</summary>
    public async Task<Dictionary<string, JsonObject>> GroupsAsync(string? ns, CancellationToken cancellation) =>
        SnapshotObjects.ByName(await lists.ReadAsync(api.Groups, ns, cancellation, names.Selector));

    /// <summary>The run's VolumeGroupSnapshotContents that were secured or given up, by name.</summary>
    public async Task<Dictionary<string, JsonObject>> ContentsAsync(CancellationToken cancellation) =>
        SnapshotObjects.ByName(await lists.ReadAsync(api.Contents, null, cancellation, names.Selector));

    /// <summary>Those of every capture of the cluster into this vault.</summary>
    /// <param name="isTaken">Of those, the ones to return.</param>
    public async Task<(List<JsonObject> Groups, List<JsonObject> Contents)> OwnAsync(
        Predicate<JsonObject> isTaken,
        CancellationToken cancellation
    ) =>
        (
            (await lists.ReadAsync(api.Groups, null, cancellation, names.OwnerSelector)).FindAll(isTaken),
            (await lists.ReadAsync(api.Contents, null, cancellation, names.OwnerSelector)).FindAll(isTaken)
        );

    /// <summary>From here on the snapshots stay in the storage, whatever becomes of the group and of its namespace.</summary>
    /// <returns>Why it can't be changed; null: it was.</returns>
    public async Task<string?> SecureAsync(string content, CancellationToken cancellation) =>
        (await writes.RetainAsync(api.Contents, content, cancellation)).Problem;

    /// <summary>Its members' VolumeSnapshots go with it.</summary>
    /// <exception cref="ClusterException">It can't be deleted.</exception>
    public Task DeleteGroupAsync(string ns, string name, CancellationToken cancellation) =>
        writes.DeleteAsync(api.Groups, ns, name, cancellation);

    /// <summary>The storage's snapshots stay when the content's policy is Retain.</summary>
    /// <exception cref="ClusterException">It can't be deleted.</exception>
    public Task DeleteContentAsync(string content, CancellationToken cancellation) =>
        writes.DeleteAsync(api.Contents, null, content, cancellation);

    /// <summary>Deletes a content and the storage's snapshots of all its members.</summary>
    /// <exception cref="ClusterException">It can't be changed or deleted.</exception>
    public Task PurgeContentAsync(string content, CancellationToken cancellation) =>
        writes.PurgeAsync(api.Contents, content, BeingDeleted, cancellation);

    /// <summary>What a VolumeGroupSnapshot says of its content.</summary>
    /// <returns>The content's name; null: it has none yet.</returns>
    public static string? ContentOf(JsonObject? group) =>
        group.Object("status").Text("boundVolumeGroupSnapshotContentName") is { Length: > 0 } content ? content : null;

    /// <summary>
    /// The handles of the snapshots that a VolumeGroupSnapshotContent stands for: <c>volumeSnapshotInfoList</c>, before v1beta2
    /// <c>volumeSnapshotHandlePairList</c>.
    /// </summary>
    public static ImmutableArray<string> HandlesOf(JsonObject? content)
    {
        var status = content.Object("status");
        return
        [
            .. status
                .Objects("volumeSnapshotInfoList")
                .Concat(status.Objects("volumeSnapshotHandlePairList"))
                .Select(s => s.Text("snapshotHandle"))
                .OfType<string>(),
        ];
    }

    private static JsonObject Labels(PlannedGroup group) =>
        new([.. group.Labels.Select(l => KeyValuePair.Create(l.Key, (JsonNode?)JsonValue.Create(l.Value)))]);
}
