using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Takes and removes the storage snapshots behind contents, as the csi-snapshotter of external-snapshotter v8.6.0 does
/// (pkg/sidecar-controller/snapshot_controller.go: syncContent, shouldDelete). Its driver supports ListSnapshots; without that the real one
/// takes any handle of a pre-provisioned content for ready (pkg/snapshotter, GetSnapshotStatus).
/// </summary>
internal sealed class SnapshotSidecar(
    StorageObjects cluster,
    StorageSystem storage,
    string driver,
    Func<string, string, SnapshotFault> faults
)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> asked = new();

    public async Task SyncAsync(JsonObject content)
    {
        if (content.Text("spec", "driver") != driver)
            return;
        if (ShouldDelete(content))
            await DeleteAsync(content);
        else if (content.Flag("status", "readyToUse"))
            await AnsweredAsync(content);
        else if (content.Text("spec", "source", "snapshotHandle") is { } handle)
            await CheckAsync(content, handle);
        else if (content.Annotation(SnapshotNames.GroupHandle) is not null)
            await (content.Text("status", "snapshotHandle") is { } member ? CheckAsync(content, member) : Task.CompletedTask);
        else
            await CutAsync(content);
    }

    /// <summary>
    /// The sidecar's rule: a content that is being deleted takes its storage snapshot along only when it is pre-provisioned and was never
    /// bound, or when its VolumeSnapshot is being deleted and no answer of the driver is awaited. A bound content that only itself was
    /// deleted stays, held by its finalizer, until its VolumeSnapshot is deleted too.
    /// </summary>
    private static bool ShouldDelete(JsonObject content)
    {
        if (!content.IsDeleted())
            return false;
        if (content.At("spec", "source", "snapshotHandle") is not null && content.Text("spec", "volumeSnapshotRef", "uid") is null or "")
            return true;
        return content.Annotation(SnapshotNames.BeingCreated) is null && content.Annotation(SnapshotNames.BeingDeleted) is not null;
    }

    private async Task DeleteAsync(JsonObject content)
    {
        var live = content;
        // The snapshot of a group's member goes with the group only.
        var isMember = content.At("status", "volumeGroupSnapshotHandle") is not null;
        if (!isMember && content.Text("spec", "deletionPolicy") == "Delete" && content.Text("status", "snapshotHandle") is { } handle)
        {
            storage.DeleteSnapshot(handle);
            var cleared = new JsonObject
            {
                ["snapshotHandle"] = null,
                ["readyToUse"] = null,
                ["creationTime"] = null,
                ["restoreSize"] = null,
            };
            live = await cluster.Contents.PatchStatusAsync(content, cleared);
        }
        if (live?.Finalizers().Contains(SnapshotNames.ContentFinalizer) == true)
            await cluster.Contents.PatchAsync(live, live.FinalizersPatch(live.Finalizers().Except([SnapshotNames.ContentFinalizer])));
    }

    private async Task CutAsync(JsonObject content)
    {
        var volume = content.Text("spec", "source", "volumeHandle")!;
        var claim = cluster.ClaimOf(driver, volume);
        var fault = claim is null ? SnapshotFault.None : faults((string)claim["namespace"]!, (string)claim["name"]!);
        var failed = content.At("status") is null ? "Failed to create snapshot: " : "Failed to check and update snapshot content: ";
        if (cluster.SnapshotClasses.Find(null, content.Text("spec", "volumeSnapshotClassName")) is null)
            await FailAsync(content, $"{failed}failed to get input parameters to create snapshot for content {content.Name()}");
        else if (fault.Error is { } error)
            await RefuseAsync(content, volume, failed, "Internal", error);
        else if (!IsDue(content, fault.CutAfter))
            await AwaitedAsync(content);
        else if (storage.Cut("snap-" + content.Text("spec", "volumeSnapshotRef", "uid"), volume, fault.ReadyAfter) is { } cut)
            await ReportAsync(content, cut);
        else
            await RefuseAsync(content, volume, failed, "NotFound", $"there is no volume {volume}");
    }

    private bool IsDue(JsonObject content, TimeSpan after)
    {
        var now = storage.Clock.GetUtcNow();
        return asked.GetOrAdd(content.Uid(), now) + after <= now && after != Timeout.InfiniteTimeSpan;
    }

    private async Task CheckAsync(JsonObject content, string handle)
    {
        if (storage.Snapshots.TryGetValue(handle, out var snapshot))
            await ReportAsync(content, snapshot);
        else
            await FailAsync(
                content,
                "Failed to check and update snapshot content: failed to list snapshot for content "
                    + $"{content.Name()}: \"can not find snapshot for snapshotID {handle}\""
            );
    }

    /// <summary>What is set stays, but for the readiness (updateSnapshotContentStatus).</summary>
    private async Task ReportAsync(JsonObject content, StoredSnapshot snapshot)
    {
        var patch = new JsonObject();
        if (content.At("status", "snapshotHandle") is null)
            patch["snapshotHandle"] = snapshot.Handle;
        if (content.At("status", "creationTime") is null)
            patch["creationTime"] = (snapshot.CutAt - DateTimeOffset.UnixEpoch).Ticks * 100;
        if (content.At("status", "restoreSize") is null && snapshot.Bytes > 0)
            patch["restoreSize"] = snapshot.Bytes;
        var isReady = storage.IsReady(snapshot);
        if ((bool?)content.At("status", "readyToUse") != isReady)
        {
            patch["readyToUse"] = isReady;
            if (isReady && content.At("status", "error") is not null)
                patch["error"] = null;
        }
        var live = patch.Count == 0 ? content : await cluster.Contents.PatchStatusAsync(content, patch);
        if (live is not null)
            await AnsweredAsync(live);
    }

    /// <summary>
    /// The real one sets the annotation before every call and removes it after the answer; here it appears only where the answer takes
    /// time.
    /// </summary>
    private async Task AwaitedAsync(JsonObject content)
    {
        if (content.Annotation(SnapshotNames.BeingCreated) is null)
            await cluster.Contents.PatchAsync(content, ObjectFields.AnnotationPatch(SnapshotNames.BeingCreated, "yes"));
    }

    private async Task AnsweredAsync(JsonObject content)
    {
        if (content.Annotation(SnapshotNames.BeingCreated) is not null)
            await cluster.Contents.PatchAsync(content, ObjectFields.AnnotationPatch(SnapshotNames.BeingCreated, null));
    }

    /// <summary>A final error of CreateSnapshot; the real one asks again with a growing delay, this one at every look.</summary>
    private async Task RefuseAsync(JsonObject content, string volume, string failed, string code, string description)
    {
        await AnsweredAsync(content);
        await FailAsync(
            content,
            $"{failed}failed to take snapshot of the volume {volume}: \"rpc error: code = {code} desc = {description}\""
        );
    }

    private async Task FailAsync(JsonObject content, string message)
    {
        if (SnapshotStatus.Failing(content, message, notReady: true, storage.Clock.GetUtcNow()) is { } patch)
            await cluster.Contents.PatchStatusAsync(content, patch);
    }
}
