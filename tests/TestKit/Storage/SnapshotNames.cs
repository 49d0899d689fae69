namespace Holdfast.TestKit.Storage;

/// <summary>Finalizers and annotations of external-snapshotter v8.6.0 (pkg/utils/util.go).</summary>
internal static class SnapshotNames
{
    /// <summary>Not the API group's name.</summary>
    private const string Prefix = "snapshot.storage.kubernetes.io";
    private const string GroupPrefix = "groupsnapshot.storage.kubernetes.io";

    /// <summary>On a VolumeSnapshotContent that is bound.</summary>
    public const string ContentFinalizer = Prefix + "/volumesnapshotcontent-bound-protection";

    /// <summary>On a VolumeSnapshot whose content goes with it.</summary>
    public const string BoundFinalizer = Prefix + "/volumesnapshot-bound-protection";

    /// <summary>On every VolumeSnapshot: claims may be restored from it.</summary>
    public const string SourceFinalizer = Prefix + "/volumesnapshot-as-source-protection";

    /// <summary>On a claim while snapshots of it aren't ready.</summary>
    public const string ClaimFinalizer = Prefix + "/pvc-as-source-protection";

    /// <summary>On the content of a VolumeSnapshot that is being deleted.</summary>
    public const string BeingDeleted = Prefix + "/volumesnapshot-being-deleted";

    /// <summary>On a content while the driver hasn't answered.</summary>
    public const string BeingCreated = Prefix + "/volumesnapshot-being-created";

    /// <summary>On a VolumeSnapshot that is part of a group.</summary>
    public const string InGroupFinalizer = Prefix + "/volumesnapshot-in-group-protection";

    /// <summary>On the content of a group's member, with the group's handle: no snapshot of it is asked for.</summary>
    public const string GroupHandle = GroupDefinitions.Group + "/volumeGroupSnapshotHandle";

    /// <summary>On a VolumeGroupSnapshotContent that is bound.</summary>
    public const string GroupContentFinalizer = GroupPrefix + "/volumegroupsnapshotcontent-bound-protection";

    /// <summary>On a VolumeGroupSnapshot that is bound.</summary>
    public const string GroupBoundFinalizer = GroupPrefix + "/volumegroupsnapshot-bound-protection";

    /// <summary>On the content of a VolumeGroupSnapshot that is being deleted.</summary>
    public const string GroupBeingDeleted = GroupPrefix + "/volumegroupsnapshot-being-deleted";

    /// <summary>On a group's content while the driver hasn't answered.</summary>
    public const string GroupBeingCreated = GroupPrefix + "/volumegroupsnapshot-being-created";

    public const string DefaultClass = Prefix + "/is-default-class";
}
