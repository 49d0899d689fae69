using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Restore.Selection;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>A point with one claim in namespace <c>shop</c>, its volume and a snapshot of it; and clusters to restore it into.</summary>
internal static class SnapshotPoint
{
    public const string Driver = "disk.example.com";

    public const string Definitions = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: volumesnapshotcontents.snapshot.storage.k8s.io, uid: d1, resourceVersion: "1" }
        spec:
          group: snapshot.storage.k8s.io
          scope: Cluster
          names: { plural: volumesnapshotcontents, kind: VolumeSnapshotContent }
          versions: [{ name: v1, served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: object,
            x-kubernetes-preserve-unknown-fields: true } } }]
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: volumesnapshots.snapshot.storage.k8s.io, uid: d2, resourceVersion: "1" }
        spec:
          group: snapshot.storage.k8s.io
          scope: Namespaced
          names: { plural: volumesnapshots, kind: VolumeSnapshot }
          versions: [{ name: v1, served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: object,
            x-kubernetes-preserve-unknown-fields: true } } }]
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: volumesnapshotclasses.snapshot.storage.k8s.io, uid: d3, resourceVersion: "1" }
        spec:
          group: snapshot.storage.k8s.io
          scope: Cluster
          names: { plural: volumesnapshotclasses, kind: VolumeSnapshotClass }
          versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object,
            x-kubernetes-preserve-unknown-fields: true } } }]
        """;

    public const string StorageClass = """
        apiVersion: storage.k8s.io/v1
        kind: StorageClass
        metadata: { name: fast, uid: sc, resourceVersion: "1" }
        provisioner: disk.example.com
        """;

    public const string SnapshotClass = """
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshotClass
        metadata: { name: snaps, uid: vsc, resourceVersion: "1" }
        driver: disk.example.com
        deletionPolicy: Delete
        """;

    public const string Shop = """
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop, uid: ns, resourceVersion: "1" }
        """;

    public const string Claim = """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: data, namespace: shop, uid: c1, resourceVersion: "1" }
        spec: { volumeName: pv-1, storageClassName: fast, accessModes: [ReadWriteOnce], volumeMode: Filesystem,
          resources: { requests: { storage: 5Gi } } }
        status: { phase: Bound }
        """;

    public const string Volume = """
        apiVersion: v1
        kind: PersistentVolume
        metadata: { name: pv-1, uid: v1, resourceVersion: "1" }
        spec: { persistentVolumeReclaimPolicy: Delete, storageClassName: fast, csi: { driver: disk.example.com, volumeHandle: disk-1 },
          claimRef: { kind: PersistentVolumeClaim, namespace: shop, name: data, uid: c1 } }
        status: { phase: Bound }
        """;

    public static readonly VolumeRecord Record = new()
    {
        Namespace = "shop",
        Claim = "data",
        Volume = "pv-1",
        Driver = Driver,
        Handle = "disk-1",
        Capacity = "5Gi",
        Mode = VolumeMode.Filesystem,
        AccessModes = ["ReadWriteOnce"],
        StorageClass = "fast",
        Protection = VolumeProtection.CsiSnapshot,
        Snapshot = new()
        {
            Driver = Driver,
            Handle = "snap-1",
            CutAt = new(2026, 11, 22, 5, 29, 58, TimeSpan.Zero),
            SecondsBeforeRevision = 2,
        },
    };

    /// <summary>The definitions, a namespace, a storage class and a snapshot class; no volumes.</summary>
    public static string Prepared(params string[] more) => Yaml([Definitions, StorageClass, SnapshotClass, Shop, .. more]);

    public static string Yaml(params string[] documents) => string.Join("\n---\n", documents);

    public static PointManifests Of(VolumeRecord? record = null, params string[] more) =>
        ManifestPoint.Of(
            YamlManifests.Parse(Yaml([Shop, Claim, Volume, .. more])),
            change: inventory => inventory with { Version = Inventory.VolumesVersion, Volumes = ImmutableArray.Create(record ?? Record) }
        );
}
