using Holdfast.Clusters.Discovering;

namespace Holdfast.Volumes.Snapshots;

/// <summary>The snapshot API of a cluster, at the version that discovery prefers.</summary>
internal sealed record SnapshotApi(ApiResource Snapshots, ApiResource Contents, ApiResource Classes)
{
    private const string Group = "snapshot.storage.k8s.io";

    /// <summary>Null: the cluster doesn't serve all of it.</summary>
    public static SnapshotApi? Of(ApiSurface surface) =>
        surface.Find(Group, "volumesnapshots") is { } snapshots
        && surface.Find(Group, "volumesnapshotcontents") is { } contents
        && surface.Find(Group, "volumesnapshotclasses") is { } classes
            ? new(snapshots, contents, classes)
            : null;

    /// <summary>From its version alone.</summary>
    public static SnapshotApi At(string version) =>
        new(
            new(Group, version, "volumesnapshots", "VolumeSnapshot", true, []),
            new(Group, version, "volumesnapshotcontents", "VolumeSnapshotContent", false, []),
            new(Group, version, "volumesnapshotclasses", "VolumeSnapshotClass", false, [])
        );
}
