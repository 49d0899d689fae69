using Holdfast.Archive.Format;
using Holdfast.Control.Registration;

namespace Holdfast.AzureCloud.Disks;

/// <summary>Which volumes are Azure's managed disks, and which snapshots are theirs. Pure.</summary>
internal static class DiskVolumes
{
    public const string CsiDriver = "disk.csi.azure.com";

    /// <summary>The plugin of Kubernetes before its CSI driver; its unmanaged disks are blobs, and have no id.</summary>
    private const string InTree = "kubernetes.io/azure-disk";

    /// <summary>Null: it is no managed disk.</summary>
    public static AzureResourceId? DiskOf(VolumeRecord volume) =>
        (volume.Driver is CsiDriver or InTree) && AzureResourceId.TryParse(volume.Handle, out var id) && id.IsOf(DiskResources.DiskType)
            ? id
            : null;

    /// <summary>Null: the handle is no snapshot's of Azure.</summary>
    public static AzureResourceId? SnapshotOf(string? handle) =>
        AzureResourceId.TryParse(handle, out var id) && id.IsOf(DiskResources.SnapshotType) ? id : null;
}
