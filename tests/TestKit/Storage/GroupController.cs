using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Binds VolumeGroupSnapshots to contents and makes the VolumeSnapshots of their members, as external-snapshotter v8.6.0 does
/// (pkg/common-controller/groupsnapshot_controller_helper.go: syncGroupSnapshot, createGroupSnapshotContent,
/// createIndividualSnapshotForGroupSnapshot, processGroupSnapshotWithDeletionTimestamp). Claims are selected by <c>matchLabels</c> alone,
/// as
/// there. Left out are pre-provisioned groups, default classes, secrets and events.
/// </summary>
internal sealed class GroupController(StorageObjects cluster, GroupStorageObjects groups, string driver, TimeProvider clock)
{
    public async Task SyncGroupAsync(JsonObject group)
    {
        if (groups.Classes.Find(null, group.Text("spec", "volumeGroupSnapshotClassName"))?.Text("driver") != driver)
            return;
        var content = groups.Contents.Find(null, ContentNameOf(group));
        if (group.IsDeleted())
            await DeleteAsync(group, content);
        else if (content is not null && !group.Finalizers().Contains(SnapshotNames.GroupBoundFinalizer))
            await groups.Snapshots.PatchAsync(group, group.FinalizersPatch([.. group.Finalizers(), SnapshotNames.GroupBoundFinalizer]));
        else if (!group.Flag("status", "readyToUse") || group.Text("status", "boundVolumeGroupSnapshotContentName") is null)
            await BindAsync(group, content);
    }

    public async Task SyncContentAsync(JsonObject content)
    {
        if (content.Text("spec", "driver") != driver || content.IsDeleted())
            return;
        if (!content.Finalizers().Contains(SnapshotNames.GroupContentFinalizer))
            await groups.Contents.PatchAsync(
                content,
                content.FinalizersPatch([.. content.Finalizers(), SnapshotNames.GroupContentFinalizer])
            );
    }

    private static string ContentNameOf(JsonObject group) => "groupsnapcontent-" + group.Uid();

    private async Task BindAsync(JsonObject group, JsonObject? content)
    {
        content ??= await CreateContentAsync(group);
        if (content is null)
            return;
        if (content.Text("status", "volumeGroupSnapshotHandle") is not null)
            foreach (var member in GroupSidecar.MembersOf(content))
                await CreateMemberAsync(group, content, member);
        await FollowAsync(group, content);
    }

    private async Task<JsonObject?> CreateContentAsync(JsonObject group)
    {
        var (handles, fault) = HandlesOf(group);
        if (fault is not null)
        {
            if (
                SnapshotStatus.Failing(group, $"failed to create group snapshot content with error {fault}", true, clock.GetUtcNow()) is
                { } failed
            )
                await groups.Snapshots.PatchStatusAsync(group, failed);
            return null;
        }
        var chosen = groups.Classes.Find(null, group.Text("spec", "volumeGroupSnapshotClassName"))!;
        return await groups.Contents.CreateAsync(
            null,
            new JsonObject
            {
                ["apiVersion"] = groups.ApiVersion,
                ["kind"] = "VolumeGroupSnapshotContent",
                ["metadata"] = new JsonObject { ["name"] = ContentNameOf(group) },
                ["spec"] = new JsonObject
                {
                    ["volumeGroupSnapshotRef"] = group.Reference(groups.ApiVersion, "VolumeGroupSnapshot"),
                    ["source"] = new JsonObject { ["volumeHandles"] = new JsonArray([.. handles.Select(h => JsonValue.Create(h))]) },
                    ["volumeGroupSnapshotClassName"] = chosen.Name(),
                    ["deletionPolicy"] = chosen.Text("deletionPolicy"),
                    ["driver"] = chosen.Text("driver"),
                },
            }
        );
    }

    private (List<string> Handles, string? Fault) HandlesOf(JsonObject group)
    {
        var labels = group.At("spec", "source", "selector", "matchLabels") as JsonObject ?? [];
        var handles = new List<string>();
        foreach (var claim in cluster.Claims.All.Where(c => c.Namespace() == group.Namespace() && Has(c, labels)))
        {
            if (claim.Text("status", "phase") != "Bound")
                return ([], $"the PVC {claim.Name()} is not yet bound to a PV, will not attempt to take a group snapshot");
            var volume = cluster.Volumes.Find(null, claim.Text("spec", "volumeName"));
            if (volume?.Text("spec", "csi", "driver") != driver)
                return ([], $"Volume CSI driver mismatch with VolumeGroupSnapshotClass: {volume?.Name()}");
            handles.Add(volume.Text("spec", "csi", "volumeHandle")!);
        }
        return handles.Count > 0 ? (handles, null) : ([], "label selector for group snapshot not applied to any PVC");
    }

    private static bool Has(JsonObject claim, JsonObject labels) =>
        labels.All(l => (string?)(claim.At("metadata", "labels") as JsonObject)?[l.Key] == (string?)l.Value);

    /// <summary>The member's VolumeSnapshot and content, each once, bound to each other.</summary>
    private async Task CreateMemberAsync(JsonObject group, JsonObject groupContent, JsonObject member)
    {
        var volume = (string)member["volumeHandle"]!;
        var (digest, handle) = (Digest(group.Uid() + volume), groupContent.Text("status", "volumeGroupSnapshotHandle")!);
        var content =
            cluster.Contents.Find(null, "snapcontent-" + digest)
            ?? await cluster.Contents.CreateAsync(null, ContentOf(groupContent, volume, digest, handle));
        var snapshot =
            cluster.Snapshots.Find(group.Namespace(), "snapshot-" + digest)
            ?? await cluster.Snapshots.CreateAsync(group.Namespace(), SnapshotOf(group, volume, digest));
        if (content is null || snapshot is null)
            return;
        if (content.Text("spec", "volumeSnapshotRef", "uid") is null)
        {
            var reference = new JsonObject { ["volumeSnapshotRef"] = new JsonObject { ["uid"] = snapshot.Uid() } };
            content = await cluster.Contents.PatchAsync(content, new JsonObject { ["spec"] = reference });
        }
        if (snapshot.Text("status", "boundVolumeSnapshotContentName") is null)
            await cluster.Snapshots.PatchStatusAsync(
                snapshot,
                new JsonObject { ["boundVolumeSnapshotContentName"] = "snapcontent-" + digest }
            );
        if (content?.At("status", "snapshotHandle") is null && content is not null)
            await cluster.Contents.PatchStatusAsync(content, StatusOf(member, handle));
    }

    private static JsonObject ContentOf(JsonObject groupContent, string volume, string digest, string handle) =>
        new()
        {
            ["apiVersion"] = SnapshotDefinitions.ApiVersion,
            ["kind"] = "VolumeSnapshotContent",
            ["metadata"] = new JsonObject
            {
                ["name"] = "snapcontent-" + digest,
                ["annotations"] = new JsonObject { [SnapshotNames.GroupHandle] = handle },
            },
            ["spec"] = new JsonObject
            {
                ["volumeSnapshotRef"] = new JsonObject
                {
                    ["kind"] = "VolumeSnapshot",
                    ["name"] = "snapshot-" + digest,
                    ["namespace"] = groupContent.Text("spec", "volumeGroupSnapshotRef", "namespace"),
                },
                ["deletionPolicy"] = groupContent.Text("spec", "deletionPolicy"),
                ["driver"] = groupContent.Text("spec", "driver"),
                ["source"] = new JsonObject { ["volumeHandle"] = volume },
            },
        };

    private JsonObject SnapshotOf(JsonObject group, string volume, string digest)
    {
        var owner = new JsonObject
        {
            ["apiVersion"] = groups.ApiVersion,
            ["kind"] = "VolumeGroupSnapshot",
            ["name"] = group.Name(),
            ["uid"] = group.Uid(),
        };
        return new()
        {
            ["apiVersion"] = SnapshotDefinitions.ApiVersion,
            ["kind"] = "VolumeSnapshot",
            ["metadata"] = new JsonObject
            {
                ["name"] = "snapshot-" + digest,
                ["namespace"] = group.Namespace(),
                ["ownerReferences"] = new JsonArray(owner),
                ["finalizers"] = new JsonArray(SnapshotNames.InGroupFinalizer),
            },
            ["spec"] = new JsonObject
            {
                ["source"] = new JsonObject { ["persistentVolumeClaimName"] = (string?)cluster.ClaimOf(driver, volume)?["name"] ?? "" },
            },
        };
    }

    private static JsonObject StatusOf(JsonObject member, string group)
    {
        var status = new JsonObject { ["volumeGroupSnapshotHandle"] = group };
        foreach (var field in (string[])["snapshotHandle", "creationTime", "restoreSize", "readyToUse"])
            if (member[field] is { } value)
                status[field] = value.DeepClone();
        return status;
    }

    /// <summary>Times and sizes are taken over once, as for single snapshots (updateGroupSnapshotStatus).</summary>
    private async Task FollowAsync(JsonObject group, JsonObject content)
    {
        var patch = new JsonObject();
        if (group.At("status", "boundVolumeGroupSnapshotContentName") is null)
            patch["boundVolumeGroupSnapshotContentName"] = content.Name();
        if (group.At("status", "creationTime") is null && content.At("status", "creationTime") is { } time)
            patch["creationTime"] = time.DeepClone();
        if (group.At("status", "readyToUse") is not { } ready || (bool)ready != content.Flag("status", "readyToUse"))
            patch["readyToUse"] = content.Flag("status", "readyToUse");
        if (!JsonNode.DeepEquals(group.At("status", "error"), content.At("status", "error")))
            patch["error"] = content.At("status", "error")?.DeepClone();
        if (patch.Count > 0)
            await groups.Snapshots.PatchStatusAsync(group, patch);
    }

    /// <summary>Members go with it; with the policy Delete its content does too, and it waits for its end.</summary>
    private async Task DeleteAsync(JsonObject group, JsonObject? content)
    {
        if (!group.Finalizers().Contains(SnapshotNames.GroupBoundFinalizer))
            return;
        var takesContent = content?.Text("spec", "deletionPolicy") == "Delete";
        if (content is not null && content.Annotation(SnapshotNames.GroupBeingDeleted) is null)
            await groups.Contents.PatchAsync(content, ObjectFields.AnnotationPatch(SnapshotNames.GroupBeingDeleted, "yes"));
        if (takesContent && !content!.IsDeleted())
            await groups.Contents.DeleteAsync(content!);
        foreach (var member in cluster.Snapshots.All.Where(s => SnapshotController.GroupOf(s) == group.Name() && !s.IsDeleted()))
            if (member.Namespace() == group.Namespace())
                await cluster.Snapshots.DeleteAsync(member);
        if (!takesContent)
            await groups.Snapshots.PatchAsync(group, group.FinalizersPatch(group.Finalizers().Except([SnapshotNames.GroupBoundFinalizer])));
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
