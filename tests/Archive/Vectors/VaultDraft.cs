using System.Collections.Immutable;
using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;

namespace Holdfast.Archive.Tests.Vectors;

/// <summary>
/// A small vault that is built by hand from docs/format.md, without the writer: two segments, one pack, one point. Each step can be
/// altered, and everything derived from it (digests, the point's id) follows, so that exactly one rule is violated.
/// </summary>
internal sealed record VaultDraft
{
    public static readonly ClusterName Cluster = ClusterName.Parse("prod");

    /// <summary>Of <c>configmaps in shop</c> and <c>secrets in shop</c>.</summary>
    public string[][] Manifests { get; init; } =
    [
        [
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"shop"},"data":{"k":"v"}}""",
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"b","namespace":"shop"}}""",
        ],
        ["""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s","namespace":"shop"}}"""],
    ];

    /// <summary>Alters a part's compressed bytes before the pack is named.</summary>
    public Func<byte[], byte[]> Member { get; init; } = member => member;

    public Func<Inventory, Inventory> Inventory { get; init; } = inventory => inventory;

    public Func<string, string> InventoryJson { get; init; } = json => json;

    public Func<Seal, Seal> Seal { get; init; } = seal => seal;

    /// <summary>Alters the seal's text after its digest was computed.</summary>
    public Func<string, string> SealJson { get; init; } = json => json;

    /// <summary>Alters the vault's blobs, by path.</summary>
    public Action<VaultFiles> Files { get; init; } = _ => { };

    public VaultFiles Build()
    {
        var members = Manifests.Select(m => Member(StoredGzip.Of(Lines(m)))).ToList();
        var pack = members.SelectMany(m => m).ToArray();
        var gzip = StoredGzip.Of(
            Encoding.UTF8.GetBytes(
                InventoryJson(Text(VaultDocument.Write(Inventory(InventoryOf(members, pack)), VaultJson.Default.Inventory)))
            )
        );
        var seal = Seal(SealOf(gzip));
        var files = new VaultFiles(seal.Point, ContentDigest.Of(pack));
        files.Blobs[VaultPaths.Marker] = new VaultMarker().ToBytes();
        files.Blobs[files.Pack] = pack;
        files.Blobs[files.Inventory] = gzip;
        files.Blobs[files.Seal] = Encoding.UTF8.GetBytes(SealJson(Text(SealDocument.Write(SealDocument.Complete(seal)))));
        Files(files);
        return files;
    }

    private Inventory InventoryOf(List<byte[]> members, byte[] pack) =>
        new()
        {
            Cluster = Cluster,
            ClusterUid = ClusterUid.Parse("0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11"),
            ServerVersion = "v1.36.2",
            PinnedAt = new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero),
            Revision = new("4711"),
            Scope = new CaptureScope(),
            Types = [TypeOf("configmaps", "ConfigMap", 0), TypeOf("secrets", "Secret", 1)],
            Segments = [SegmentOf("configmaps", 0, members, pack), SegmentOf("secrets", 1, members, pack)],
        };

    private TypeEntry TypeOf(string resource, string kind, int index) =>
        new()
        {
            Type = new ResourceType("", "v1", resource, kind, true),
            State = TypeState.Captured,
            Revision = new("4711"),
            Objects = Manifests[index].Length,
            RawBytes = Lines(Manifests[index]).Length,
        };

    private Segment SegmentOf(string resource, int index, List<byte[]> members, byte[] pack) =>
        new()
        {
            Resource = resource,
            Namespace = "shop",
            Revision = new("4711"),
            Objects = Manifests[index].Length,
            Fingerprint = ContentDigest.Of(Encoding.UTF8.GetBytes(resource)),
            Parts =
            [
                new Part
                {
                    Objects = Manifests[index].Length,
                    RawBytes = Lines(Manifests[index]).Length,
                    RawDigest = ContentDigest.Of(Lines(Manifests[index])),
                    Pack = ContentDigest.Of(pack),
                    Offset = members.Take(index).Sum(m => m.Length),
                    Length = members[index].Length,
                },
            ],
        };

    private Seal SealOf(byte[] gzip) =>
        new()
        {
            Point = PointId.For(new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero), ContentDigest.Of(gzip)),
            Cluster = Cluster,
            ClusterUid = ClusterUid.Parse("0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11"),
            Sequence = 1,
            Previous = ImmutableArray<PreviousSeal>.Empty,
            Inventory = ContentDigest.Of(gzip),
            InventoryBytes = gzip.Length,
            Revision = new("4711"),
            State = PointState.Succeeded,
            Objects = Manifests.Sum(m => m.Length),
            RawBytes = Manifests.Sum(m => Lines(m).Length),
            PinnedAt = new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero),
        };

    private static byte[] Lines(string[] manifests) => Encoding.UTF8.GetBytes(string.Concat(manifests.Select(m => m + "\n")));

    private static string Text(byte[] json) => Encoding.UTF8.GetString(json);
}

/// <summary>The blobs of a drafted vault.</summary>
internal sealed class VaultFiles(PointId point, ContentDigest pack)
{
    public PointId Point => point;
    public SortedDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);
    public string Pack { get; } = VaultPaths.Pack(VaultDraft.Cluster, pack);
    public string Inventory { get; } = VaultPaths.Inventory(VaultDraft.Cluster, point);
    public string Infrastructure { get; } = VaultPaths.Infrastructure(VaultDraft.Cluster, point);
    public string Expired { get; } = VaultPaths.Expired(VaultDraft.Cluster, point);
    public string Seal { get; } = VaultPaths.Seal(VaultDraft.Cluster, point);
}
