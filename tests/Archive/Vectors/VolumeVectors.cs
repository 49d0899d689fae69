using Holdfast.Archive.Format;

namespace Holdfast.Archive.Tests.Vectors;

/// <content>Volumes of an inventory.</content>
internal static partial class ArchiveVectors
{
    private static readonly VolumeRecord Snapshotted = new()
    {
        Namespace = "shop",
        Claim = "data",
        Volume = "pv-1",
        Driver = "csi.example.com",
        Handle = "volume-1",
        Capacity = "1Gi",
        Mode = VolumeMode.Filesystem,
        AccessModes = ["ReadWriteOnce"],
        StorageClass = "fast",
        Topology = [new("topology.kubernetes.io/zone", ["a", "b"])],
        Pods = ["db-0"],
        Protection = VolumeProtection.CsiSnapshot,
        Snapshot = new()
        {
            Driver = "csi.example.com",
            Handle = "snapshot-1",
            Class = "fast",
            CutAt = new(2026, 11, 22, 5, 29, 59, TimeSpan.Zero),
            SecondsBeforeRevision = 1.5,
            RestoreBytes = 1 << 30,
        },
    };

    private static readonly VolumeRecord Unprotected = Snapshotted with
    {
        Claim = "scratch",
        Volume = "pv-2",
        Driver = "hostPath",
        Handle = "/var/scratch",
        Protection = VolumeProtection.None,
        Reason = "it is a path of a node",
        Snapshot = null,
    };

    private static IEnumerable<ArchiveVector> Volumes() =>
        [
            Good(
                "valid-volumes",
                "Version 2 of the inventory: a volume with a snapshot, and one without protection.",
                new() { Inventory = i => i with { Version = 2, Volumes = [Snapshotted, Unprotected] } }
            ),
            BadVolumes("volumes-in-version-1", "Volumes in an inventory of version 1.", 1, Snapshotted, Unprotected),
            BadVolumes("volumes-missing-in-version-2", "An inventory of version 2 without a volume.", 2),
            BadVolumes("volumes-unsorted", "Volumes out of order.", 2, Unprotected, Snapshotted),
            BadVolumes("volume-without-reason", "A volume without protection and without a reason.", 2, Unprotected with { Reason = null }),
            BadVolumes(
                "volume-without-snapshot",
                "A volume with protection and without its snapshot.",
                2,
                Snapshotted with
                {
                    Snapshot = null,
                }
            ),
        ];

    private static ArchiveVector BadVolumes(string name, string comment, int version, params VolumeRecord[] volumes) =>
        BadOpen(
            name,
            comment,
            ArchiveFailure.Malformed,
            new() { Inventory = i => i with { Version = version, Volumes = [.. volumes] } },
            "Malformed INVENTORY"
        );
}
