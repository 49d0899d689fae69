using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// What becomes of a VolumeSnapshot that is being deleted, as in external-snapshotter v8.6.0 (pkg/common-controller:
/// processSnapshotWithDeletionTimestamp, checkandRemoveSnapshotFinalizersAndCheckandDeleteContent). Its content is annotated whatever the
/// policy; with Delete it is deleted, and the VolumeSnapshot waits for its end.
/// </summary>
internal sealed class SnapshotDeletion(StorageObjects cluster)
{
    private static readonly string[] Finalizers =
    [
        SnapshotNames.SourceFinalizer,
        SnapshotNames.BoundFinalizer,
        SnapshotNames.InGroupFinalizer,
    ];

    public static string ContentNameOf(JsonObject snapshot) =>
        snapshot.Text("status", "boundVolumeSnapshotContentName") ?? "snapcontent-" + snapshot.Uid();

    public async Task SyncAsync(JsonObject snapshot, SnapshotSourceClaim claims)
    {
        if (!snapshot.Finalizers().Intersect(Finalizers).Any() || IsHeldByGroup(snapshot))
            return;
        var content = cluster.Contents.Find(null, ContentNameOf(snapshot));
        if (content is not null && !snapshot.IsReferredToBy(content.At("spec", "volumeSnapshotRef")))
            content = null;
        if (content is not null && IsBeingRestored(snapshot))
            return;
        var takesContent = content?.Text("spec", "deletionPolicy") == "Delete";
        if (content is not null && !await PassOnAsync(content, takesContent))
            return;
        if (await claims.ReleaseAsync(snapshot, isGoing: true))
            await ReleaseAsync(snapshot, waits: takesContent);
    }

    /// <summary>A member isn't deleted while its group exists.</summary>
    private bool IsHeldByGroup(JsonObject snapshot) =>
        snapshot.Text("status", "volumeGroupSnapshotName") is { } group
        && cluster.Groups?.Snapshots.Find(snapshot.Namespace(), group) is not null;

    /// <summary>A claim that waits for this snapshot keeps it.</summary>
    private bool IsBeingRestored(JsonObject snapshot) =>
        cluster.Claims.All.Any(claim =>
            claim.Namespace() == snapshot.Namespace()
            && claim.Text("spec", "dataSource", "kind") == "VolumeSnapshot"
            && claim.Text("spec", "dataSource", "name") == snapshot.Name()
            && claim.Text("status", "phase") == "Pending"
        );

    /// <returns>False: another writer was faster.</returns>
    private async Task<bool> PassOnAsync(JsonObject content, bool takesContent)
    {
        if (
            content.Annotation(SnapshotNames.BeingDeleted) is null
            && await cluster.Contents.PatchAsync(content, ObjectFields.AnnotationPatch(SnapshotNames.BeingDeleted, "yes")) is null
        )
            return false;
        if (takesContent && !content.IsDeleted())
            await cluster.Contents.DeleteAsync(content);
        return true;
    }

    private async Task ReleaseAsync(JsonObject snapshot, bool waits)
    {
        string[] released = waits ? [SnapshotNames.SourceFinalizer, SnapshotNames.InGroupFinalizer] : Finalizers;
        var kept = snapshot.Finalizers().Except(released).ToArray();
        if (kept.Length != snapshot.Finalizers().Length)
            await cluster.Snapshots.PatchAsync(snapshot, snapshot.FinalizersPatch(kept));
    }
}
