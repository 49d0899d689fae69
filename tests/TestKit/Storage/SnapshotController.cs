using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Binds VolumeSnapshots to contents, as external-snapshotter v8.6.0 does (pkg/common-controller/snapshot_controller.go: syncSnapshot,
/// syncUnreadySnapshot, syncReadySnapshot, syncContent). The real one serves all drivers; this one leaves snapshots of other drivers alone.
/// It writes no events, and knows no secrets. Members of group snapshots are made by <see cref="GroupController"/>; here they follow their
/// content.
/// </summary>
internal sealed class SnapshotController(StorageObjects cluster, string driver, TimeProvider clock)
{
    private readonly SnapshotClassChoice classes = new(cluster);
    private readonly SnapshotSourceClaim claims = new(cluster);
    private readonly SnapshotDeletion deletion = new(cluster);

    public async Task SyncSnapshotAsync(JsonObject snapshot)
    {
        if (!IsOurs(snapshot))
            return;
        if (GroupOf(snapshot) is { } group && !snapshot.IsDeleted())
        {
            await FollowMemberAsync(snapshot, group);
            return;
        }
        await claims.ReleaseAsync(snapshot, isGoing: false);
        var (className, fault) = classes.Choose(snapshot);
        if (snapshot.IsDeleted())
            await deletion.SyncAsync(snapshot, claims);
        else if (fault is not null)
            await FailAsync(snapshot, fault, notReady: false);
        else if (className is not null && snapshot.Text("spec", "volumeSnapshotClassName") is null)
            await cluster.Snapshots.PatchAsync(
                snapshot,
                new JsonObject { ["spec"] = new JsonObject { ["volumeSnapshotClassName"] = className } }
            );
        else if (PvcName(snapshot) is null == ContentName(snapshot) is null)
            await FailAsync(snapshot, "Exactly one of PersistentVolumeClaimName and VolumeSnapshotContentName should be specified");
        else
            await BindAsync(snapshot);
    }

    public async Task SyncContentAsync(JsonObject content)
    {
        // A content that isn't bound yet gets no finalizer: deleted then, it goes without the sidecar's knowledge.
        if (content.Text("spec", "driver") != driver || content.Text("spec", "volumeSnapshotRef", "uid") is null or "")
            return;
        if (!content.IsDeleted() && !content.Finalizers().Contains(SnapshotNames.ContentFinalizer))
            await cluster.Contents.PatchAsync(content, content.FinalizersPatch([.. content.Finalizers(), SnapshotNames.ContentFinalizer]));
    }

    /// <summary>The VolumeGroupSnapshot that owns it; null: it is no member (pkg/utils/vgs.go).</summary>
    public static string? GroupOf(JsonObject snapshot) =>
        (snapshot.At("metadata", "ownerReferences") as JsonArray ?? [])
            .Where(o => (string?)o?["kind"] == "VolumeGroupSnapshot")
            .Select(o => (string?)o!["name"])
            .FirstOrDefault();

    private async Task FollowMemberAsync(JsonObject snapshot, string group)
    {
        if (cluster.Contents.Find(null, snapshot.Text("status", "boundVolumeSnapshotContentName")) is not { } content)
            return;
        var patch = SnapshotStatus.Following(snapshot, content) ?? [];
        if (snapshot.At("status", "volumeGroupSnapshotName") is null && content.At("status", "volumeGroupSnapshotHandle") is not null)
            patch["volumeGroupSnapshotName"] = group;
        if (patch.Count > 0)
            await cluster.Snapshots.PatchStatusAsync(snapshot, patch);
    }

    private static string? PvcName(JsonObject snapshot) => snapshot.Text("spec", "source", "persistentVolumeClaimName");

    private static string? ContentName(JsonObject snapshot) => snapshot.Text("spec", "source", "volumeSnapshotContentName");

    /// <summary>Of the driver of its content, else of its class, else of its claim's volume; in doubt ours.</summary>
    private bool IsOurs(JsonObject snapshot)
    {
        var content = cluster.Contents.Find(null, ContentName(snapshot) ?? SnapshotDeletion.ContentNameOf(snapshot));
        var named = cluster.SnapshotClasses.Find(null, snapshot.Text("spec", "volumeSnapshotClassName"));
        var volume = cluster.Volumes.Find(null, cluster.Claims.Find(snapshot.Namespace(), PvcName(snapshot))?.Text("spec", "volumeName"));
        return (content?.Text("spec", "driver") ?? named?.Text("driver") ?? volume?.Text("spec", "csi", "driver") ?? driver) == driver;
    }

    private async Task BindAsync(JsonObject snapshot)
    {
        var isDynamic = PvcName(snapshot) is not null;
        var content = cluster.Contents.Find(null, isDynamic ? "snapcontent-" + snapshot.Uid() : ContentName(snapshot));
        if (content is not null && Misfit(snapshot, content, isDynamic) is { } misfit)
            await FailAsync(snapshot, misfit);
        else if (await ProtectAsync(snapshot, content) is not { } live)
            return;
        else if (live.Flag("status", "readyToUse") && live.Text("status", "boundVolumeSnapshotContentName") is { } bound)
            await CheckReadyAsync(live, bound);
        else if (isDynamic)
            await FollowAsync(live, content ?? await CreateContentAsync(live));
        else if (content is null)
            await FailAsync(live, "VolumeSnapshotContent is missing");
        else
            await FollowAsync(live, await BindContentAsync(live, content));
    }

    /// <summary>Why the content that was found can't be this snapshot's.</summary>
    private static string? Misfit(JsonObject snapshot, JsonObject content, bool isDynamic)
    {
        var reference = content.At("spec", "volumeSnapshotRef");
        if (content.At("spec", "source", isDynamic ? "volumeHandle" : "snapshotHandle") is null)
            return isDynamic
                ? $"VolumeSnapshotContent {content.Name()} is pre-provisioned while expecting a dynamically provisioned one"
                : "VolumeSnapshotContent is dynamically provisioned while expecting a pre-provisioned one";
        return (isDynamic ? snapshot.IsReferredToBy(reference) : snapshot.IsNamedBy(reference))
            ? null
            : $"VolumeSnapshotContent [{content.Name()}] is bound to a different snapshot";
    }

    /// <returns>The snapshot with its finalizers; null: another writer was faster.</returns>
    private async Task<JsonObject?> ProtectAsync(JsonObject snapshot, JsonObject? content)
    {
        List<string> wanted = [SnapshotNames.SourceFinalizer];
        if (content?.Text("spec", "deletionPolicy") == "Delete" && snapshot.Text("status", "boundVolumeSnapshotContentName") is not null)
            wanted.Add(SnapshotNames.BoundFinalizer);
        var missing = wanted.Except(snapshot.Finalizers()).ToArray();
        return missing.Length == 0
            ? snapshot
            : await cluster.Snapshots.PatchAsync(snapshot, snapshot.FinalizersPatch([.. snapshot.Finalizers(), .. missing]));
    }

    private async Task CheckReadyAsync(JsonObject snapshot, string bound)
    {
        if (cluster.Contents.Find(null, bound) is not { } content)
            await FailAsync(snapshot, "VolumeSnapshotContent is missing");
        else if (!snapshot.IsReferredToBy(content.At("spec", "volumeSnapshotRef")))
            await FailAsync(snapshot, "VolumeSnapshotContent is not bound to the VolumeSnapshot correctly");
    }

    private async Task<JsonObject?> CreateContentAsync(JsonObject snapshot)
    {
        var (volume, fault) = await claims.HoldAsync(snapshot);
        if (fault is not null)
            await FailAsync(snapshot, $"Failed to create snapshot content with error {fault}");
        if (volume is null || cluster.SnapshotClasses.Find(null, snapshot.Text("spec", "volumeSnapshotClassName")) is not { } chosen)
            return null;
        var spec = new JsonObject
        {
            ["volumeSnapshotRef"] = snapshot.Reference(SnapshotDefinitions.ApiVersion, "VolumeSnapshot"),
            ["source"] = new JsonObject { ["volumeHandle"] = volume.Text("spec", "csi", "volumeHandle") },
            ["volumeSnapshotClassName"] = chosen.Name(),
            ["deletionPolicy"] = chosen.Text("deletionPolicy"),
            ["driver"] = chosen.Text("driver"),
        };
        if (volume.Text("spec", "volumeMode") is { } mode)
            spec["sourceVolumeMode"] = mode;
        return await cluster.Contents.CreateAsync(
            null,
            new JsonObject
            {
                ["apiVersion"] = SnapshotDefinitions.ApiVersion,
                ["kind"] = "VolumeSnapshotContent",
                ["metadata"] = new JsonObject { ["name"] = "snapcontent-" + snapshot.Uid() },
                ["spec"] = spec,
            }
        );
    }

    private async Task<JsonObject?> BindContentAsync(JsonObject snapshot, JsonObject content)
    {
        var className = snapshot.Text("spec", "volumeSnapshotClassName");
        if (
            snapshot.IsReferredToBy(content.At("spec", "volumeSnapshotRef"))
            && (className is null || content.At("spec", "volumeSnapshotClassName") is not null)
        )
            return content;
        var spec = new JsonObject { ["volumeSnapshotRef"] = new JsonObject { ["uid"] = snapshot.Uid() } };
        if (className is not null)
            spec["volumeSnapshotClassName"] = className;
        return await cluster.Contents.PatchAsync(content, new JsonObject { ["spec"] = spec });
    }

    private async Task FollowAsync(JsonObject snapshot, JsonObject? content)
    {
        if (content is not null && SnapshotStatus.Following(snapshot, content) is { } patch)
            await cluster.Snapshots.PatchStatusAsync(snapshot, patch);
    }

    private async Task FailAsync(JsonObject snapshot, string message, bool notReady = true)
    {
        if (SnapshotStatus.Failing(snapshot, message, notReady, clock.GetUtcNow()) is { } patch)
            await cluster.Snapshots.PatchStatusAsync(snapshot, patch);
    }
}
