using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Takes and removes the storage's snapshots behind VolumeGroupSnapshotContents, as the csi-snapshotter of external-snapshotter v8.6.0 does
/// (pkg/sidecar-controller/groupsnapshot_helper.go: syncGroupSnapshotContent, shouldDeleteGroupSnapshotContent). Before v1beta2 the
/// members' times, sizes and readiness aren't in the content; the real one then asks the driver for each, this one writes them all the
/// same beside the pair of handles.
/// </summary>
internal sealed class GroupSidecar(
    StorageObjects cluster,
    GroupStorageObjects groups,
    StorageSystem storage,
    string driver,
    Func<string, string, SnapshotFault> faults
)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> asked = new();

    public static IEnumerable<JsonObject> MembersOf(JsonObject content) =>
        (
            (content.At("status", "volumeSnapshotInfoList") ?? content.At("status", "volumeSnapshotHandlePairList")) as JsonArray ?? []
        ).OfType<JsonObject>();

    public async Task SyncAsync(JsonObject content)
    {
        if (content.Text("spec", "driver") != driver)
            return;
        if (ShouldDelete(content))
            await DeleteAsync(content);
        else if (!content.Flag("status", "readyToUse") && !content.IsDeleted())
            await CutAsync(content);
    }

    private static bool ShouldDelete(JsonObject content) =>
        content.IsDeleted()
        && content.Annotation(SnapshotNames.GroupBeingCreated) is null
        && content.Annotation(SnapshotNames.GroupBeingDeleted) is not null;

    private async Task DeleteAsync(JsonObject content)
    {
        if (content.Text("spec", "deletionPolicy") == "Delete" && content.Text("status", "volumeGroupSnapshotHandle") is { } handle)
        {
            storage.DeleteGroup(handle);
            var cleared = new JsonObject
            {
                ["volumeGroupSnapshotHandle"] = null,
                ["readyToUse"] = null,
                ["creationTime"] = null,
                ["error"] = null,
            };
            await groups.Contents.PatchStatusAsync(content, cleared);
        }
        else if (content.Finalizers().Contains(SnapshotNames.GroupContentFinalizer))
            await groups.Contents.PatchAsync(
                content,
                content.FinalizersPatch(content.Finalizers().Except([SnapshotNames.GroupContentFinalizer]))
            );
    }

    /// <summary>A group is as slow, or as faulty, as the worst of its members.</summary>
    private async Task CutAsync(JsonObject content)
    {
        string[] volumes = [.. (content.At("spec", "source", "volumeHandles") as JsonArray ?? []).Select(h => (string)h!)];
        SnapshotFault[] all = [.. volumes.Select(FaultOf)];
        if (all.Select(f => f.Error).FirstOrDefault(e => e is not null) is { } error)
            await FailAsync(content, volumes, error);
        else if (!IsDue(content, Worst(all.Select(f => f.CutAfter))))
            return;
        else if (
            storage.CutGroup(
                "group-" + content.Text("spec", "volumeGroupSnapshotRef", "uid"),
                volumes,
                Worst(all.Select(f => f.ReadyAfter))
            ) is
            { Count: > 0 } cut
        )
            await ReportAsync(content, cut);
        else
            await FailAsync(content, volumes, "a volume doesn't exist");
    }

    private SnapshotFault FaultOf(string volume) =>
        cluster.ClaimOf(driver, volume) is { } claim ? faults((string)claim["namespace"]!, (string)claim["name"]!) : SnapshotFault.None;

    private static TimeSpan Worst(IEnumerable<TimeSpan> all)
    {
        var times = all.ToList();
        return times.Contains(Timeout.InfiniteTimeSpan) ? Timeout.InfiniteTimeSpan : times.Max();
    }

    private bool IsDue(JsonObject content, TimeSpan after)
    {
        var now = storage.Clock.GetUtcNow();
        return asked.GetOrAdd(content.Uid(), now) + after <= now && after != Timeout.InfiniteTimeSpan;
    }

    private async Task ReportAsync(JsonObject content, IReadOnlyList<StoredSnapshot> cut)
    {
        var patch = new JsonObject();
        if (content.At("status", "volumeGroupSnapshotHandle") is null)
        {
            patch["volumeGroupSnapshotHandle"] = cut[0].Group;
            patch["creationTime"] = ObjectFields.Format(cut[0].CutAt);
            patch[groups.ListsPairs ? "volumeSnapshotHandlePairList" : "volumeSnapshotInfoList"] = new JsonArray([.. cut.Select(Member)]);
        }
        var isReady = cut.All(storage.IsReady);
        if ((bool?)content.At("status", "readyToUse") != isReady)
            patch["readyToUse"] = isReady;
        if (content.At("status", "error") is not null)
            patch["error"] = null;
        if (patch.Count > 0)
            await groups.Contents.PatchStatusAsync(content, patch);
    }

    private JsonObject Member(StoredSnapshot snapshot) =>
        new()
        {
            ["volumeHandle"] = snapshot.VolumeHandle,
            ["snapshotHandle"] = snapshot.Handle,
            ["creationTime"] = (snapshot.CutAt - DateTimeOffset.UnixEpoch).Ticks * 100,
            ["restoreSize"] = snapshot.Bytes,
            ["readyToUse"] = storage.IsReady(snapshot),
        };

    private async Task FailAsync(JsonObject content, string[] volumes, string description)
    {
        var message =
            $"Failed to create group snapshot: failed to take group snapshot of the volumes [{string.Join(' ', volumes)}]: "
            + $"\"rpc error: code = Internal desc = {description}\"";
        if (SnapshotStatus.Failing(content, message, notReady: true, storage.Clock.GetUtcNow()) is { } patch)
            await groups.Contents.PatchStatusAsync(content, patch);
    }
}
