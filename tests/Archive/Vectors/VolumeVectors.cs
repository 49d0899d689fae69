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

    private static readonly string Image = VaultPaths.Image(VaultDraft.Cluster, "0123456789ab", "20261122-1");

    private static readonly VolumeRecord Copied = Snapshotted with
    {
        Claim = "ledger",
        Snapshot = Snapshotted.Snapshot! with { Copies = [new("northeurope", "copy-1")] },
    };

    private static readonly VolumeRecord Imaged = Snapshotted with
    {
        Claim = "orders",
        Protection = VolumeProtection.DiskSnapshot,
        Export = new()
        {
            Kind = VolumeExportKind.DiskImage,
            Location = $"https://acme.blob.core.windows.net/vault/{Image}",
            Bytes = 1024,
        },
    };

    private static readonly VolumeRecord Exported = Snapshotted with
    {
        Claim = "photos",
        Export = new()
        {
            Kind = VolumeExportKind.Files,
            Location = "https://acme.blob.core.windows.net/files-prod-0123456789ab",
            Tool = "restic",
            Snapshot = new string('7', 64),
            Files = 12,
            Bytes = 4096,
        },
    };

    private static IEnumerable<ArchiveVector> Volumes() =>
        [
            Good(
                "valid-volumes-elsewhere",
                "Volumes whose data is also outside their storage: a copy in another region, a disk image in the vault, files of a mover. "
                    + "The image is known by its path, whatever address the vault had.",
                With(i => i with { Volumes = [Copied, Imaged, Exported] }, f => f.Blobs[Image] = Vhd())
            ),
            Carried("image-missing", "The disk image is gone.", f => f.Blobs.Remove(Image), "Missing"),
            Carried(
                "image-short",
                "The disk image has fewer bytes than the inventory says.",
                f => f.Blobs[Image] = Vhd()[512..],
                "Malformed"
            ),
            Carried("image-without-footer", "The disk image doesn't end as a VHD.", f => f.Blobs[Image] = new byte[1024], "Malformed"),
            BadVolumes(
                "volume-copies-empty",
                "A list of copies without one.",
                2,
                Copied with
                {
                    Snapshot = Copied.Snapshot! with { Copies = [] },
                }
            ),
            BadVolumes(
                "volume-export-unprotected",
                "A volume without protection that has an export.",
                2,
                Unprotected with
                {
                    Export = Imaged.Export,
                }
            ),
            BadVolumes(
                "volume-image-with-files",
                "A disk image with a number of files.",
                2,
                Imaged with
                {
                    Export = Imaged.Export! with { Files = 1 },
                }
            ),
            BadVolumes(
                "volume-files-without-snapshot",
                "Files without the mover's snapshot.",
                2,
                Exported with
                {
                    Export = Exported.Export! with { Snapshot = null },
                }
            ),
            BadVolumes(
                "volume-files-without-tool",
                "Files without what reads them.",
                2,
                Exported with
                {
                    Export = Exported.Export! with { Tool = null },
                }
            ),
            BadOpen(
                "volume-export-unknown-kind",
                "An export of a kind that version 2 doesn't have.",
                ArchiveFailure.Malformed,
                With(i => i with { Volumes = [Exported] }) with
                {
                    InventoryJson = j => j.Replace("\"kind\":\"Files\"", "\"kind\":\"Tape\"", StringComparison.Ordinal),
                },
                "Malformed INVENTORY"
            ),
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

    private static VaultDraft With(Func<Inventory, Inventory> inventory, Action<VaultFiles>? files = null) =>
        new() { Inventory = i => inventory(i with { Version = 2 }), Files = files ?? (_ => { }) };

    /// <summary>The point opens and its objects are read: only its image is damaged.</summary>
    private static ArchiveVector Carried(string name, string comment, Action<VaultFiles> damage, string finding) =>
        BadRead(
            name,
            comment,
            null,
            With(
                i => i with { Volumes = [Imaged] },
                f =>
                {
                    f.Blobs[Image] = Vhd();
                    damage(f);
                }
            ),
            false,
            $"{finding} {Image}"
        );

    /// <summary>A fixed VHD of 512 bytes.</summary>
    private static byte[] Vhd() => [.. new byte[512], .. "conectix"u8, .. new byte[504]];

    private static ArchiveVector BadVolumes(string name, string comment, int version, params VolumeRecord[] volumes) =>
        BadOpen(
            name,
            comment,
            ArchiveFailure.Malformed,
            new() { Inventory = i => i with { Version = version, Volumes = [.. volumes] } },
            "Malformed INVENTORY"
        );
}
