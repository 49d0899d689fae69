using Holdfast.Clusters.Discovering;

namespace Holdfast.Volumes.Snapshots;

/// <summary>The API of group snapshots, at the version that discovery prefers: v1beta1, v1beta2 or v1, alike in all that is used.</summary>
internal sealed record GroupApi(ApiResource Groups, ApiResource Contents, ApiResource Classes)
{
    private const string Group = "groupsnapshot.storage.k8s.io";

    /// <summary>Null: the cluster doesn't serve all of it.</summary>
    public static GroupApi? Of(ApiSurface surface) =>
        surface.Find(Group, "volumegroupsnapshots") is { } groups
        && surface.Find(Group, "volumegroupsnapshotcontents") is { } contents
        && surface.Find(Group, "volumegroupsnapshotclasses") is { } classes
            ? new(groups, contents, classes)
            : null;

    /// <summary>From its version alone.</summary>
    public static GroupApi At(string version) =>
        new(
            new(Group, version, "volumegroupsnapshots", "VolumeGroupSnapshot", true, []),
            new(Group, version, "volumegroupsnapshotcontents", "VolumeGroupSnapshotContent", false, []),
            new(Group, version, "volumegroupsnapshotclasses", "VolumeGroupSnapshotClass", false, [])
        );
}
