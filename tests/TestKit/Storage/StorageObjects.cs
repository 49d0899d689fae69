using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.TestKit.Storage;

/// <summary>The objects of a cluster that have to do with volumes and their snapshots, as its storage controllers see them.</summary>
internal sealed class StorageObjects
{
    private readonly ClusterRequests api;
    private readonly TimeProvider clock;
    private readonly ConcurrentDictionary<string, string> reported = new();

    /// <param name="groupVersion">Of the API of group snapshots; null: it isn't served.</param>
    public StorageObjects(ClusterRequests api, TimeProvider clock, Action changed, string? groupVersion)
    {
        (this.api, this.clock) = (api, clock);
        const string Snapshotting = "/apis/" + SnapshotDefinitions.ApiVersion;
        Snapshots = new(api, Snapshotting, "volumesnapshots", changed);
        Contents = new(api, Snapshotting, "volumesnapshotcontents", changed);
        SnapshotClasses = new(api, Snapshotting, "volumesnapshotclasses", changed);
        if (groupVersion is not null)
            Groups = new(api, groupVersion, changed);
        Claims = new(api, "/api/v1", "persistentvolumeclaims", changed);
        Volumes = new(api, "/api/v1", "persistentvolumes", changed);
        StorageClasses = new(api, "/apis/storage.k8s.io/v1", "storageclasses", changed);
    }

    public WatchedObjects Snapshots { get; }
    public WatchedObjects Contents { get; }
    public WatchedObjects SnapshotClasses { get; }
    public WatchedObjects Claims { get; }
    public WatchedObjects Volumes { get; }
    public WatchedObjects StorageClasses { get; }

    /// <summary>Null: the cluster serves no group snapshots.</summary>
    public GroupStorageObjects? Groups { get; }

    public WatchedObjects[] All => [Snapshots, Contents, SnapshotClasses, Claims, Volumes, StorageClasses, .. Groups?.All ?? []];

    /// <summary>The claim that a volume of this driver is bound to.</summary>
    public JsonNode? ClaimOf(string driver, string volumeHandle) =>
        Volumes
            .All.FirstOrDefault(pv => pv.Text("spec", "csi", "driver") == driver && pv.Text("spec", "csi", "volumeHandle") == volumeHandle)
            ?.At("spec", "claimRef");

    /// <summary>Writes a warning event about a claim, once for each message.</summary>
    public async Task WarnAsync(JsonObject claim, string component, string reason, string message)
    {
        if (reported.TryGetValue(claim.Uid(), out var last) && last == message)
            return;
        var now = ObjectFields.Format(clock.GetUtcNow());
        var warning = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["generateName"] = claim.Name() + "." },
            ["involvedObject"] = claim.Reference("v1", "PersistentVolumeClaim"),
            ["type"] = "Warning",
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = component },
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
        };
        if ((await api.PostAsync($"/api/v1/namespaces/{claim.Namespace()}/events", warning.ToJsonString())).Code == 201)
            reported[claim.Uid()] = message;
    }
}

/// <summary>The objects of group snapshots.</summary>
internal sealed class GroupStorageObjects(ClusterRequests api, string version, Action changed)
{
    public string ApiVersion { get; } = $"{GroupDefinitions.Group}/{version}";

    /// <summary>Before v1beta2 a content lists pairs of handles only.</summary>
    public bool ListsPairs { get; } = version == "v1beta1";

    public WatchedObjects Snapshots { get; } = new(api, $"/apis/{GroupDefinitions.Group}/{version}", "volumegroupsnapshots", changed);
    public WatchedObjects Contents { get; } = new(api, $"/apis/{GroupDefinitions.Group}/{version}", "volumegroupsnapshotcontents", changed);
    public WatchedObjects Classes { get; } = new(api, $"/apis/{GroupDefinitions.Group}/{version}", "volumegroupsnapshotclasses", changed);

    public WatchedObjects[] All => [Snapshots, Contents, Classes];
}
