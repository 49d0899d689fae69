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

    /// <summary>Null: nothing is encrypted.</summary>
    public DraftEncryption? Encryption { get; init; }

    /// <summary>The infrastructure's text; null: there is none, or <see cref="Files"/> has it.</summary>
    public string? Infrastructure { get; init; }

    /// <summary>Alters the vault's blobs, by path.</summary>
    public Action<VaultFiles> Files { get; init; } = _ => { };

    public VaultFiles Build()
    {
        var members = Manifests.Select((m, i) => Stored(i, Member(StoredGzip.Of(Lines(m))))).ToList();
        // what is encrypted is in packs of its own
        var packs = Encryption is { SecretsOnly: true } ? members : [members.SelectMany(m => m).ToArray()];
        var profile = Infrastructure is { } text ? Sealed("infrastructure", StoredGzip.Of(Encoding.UTF8.GetBytes(text))) : null;
        var inventory = Inventory(InventoryOf(members, packs));
        if (profile is not null)
            inventory = inventory with { Infrastructure = new(ContentDigest.Of(profile), profile.Length) };
        var gzip = Around(
            inventory,
            StoredGzip.Of(Encoding.UTF8.GetBytes(InventoryJson(Text(VaultDocument.Write(inventory, VaultJson.Default.Inventory)))))
        );
        var seal = Seal(SealOf(gzip));
        var files = new VaultFiles(
            seal.Point,
            packs.ConvertAll(p => VaultPaths.Pack(Cluster, ContentDigest.Of(p), IsEncrypted(packs.IndexOf(p))))
        );
        files.Blobs[VaultPaths.Marker] = new VaultMarker().ToBytes();
        foreach (var (path, pack) in files.Packs.Zip(packs))
            files.Blobs[path] = pack;
        foreach (var (index, document) in (Encryption?.Documents ?? []).Index())
            files.Blobs[VaultPaths.Key(index + 1)] = Encoding.UTF8.GetBytes(document);
        if (profile is not null)
            files.Blobs[files.Infrastructure] = profile;
        files.Blobs[files.Inventory] = gzip;
        files.Blobs[files.Seal] = Encoding.UTF8.GetBytes(SealJson(Text(SealDocument.Write(SealDocument.Complete(seal)))));
        Files(files);
        return files;
    }

    /// <summary>What a part's digest would be if it weren't encrypted.</summary>
    public ContentDigest PlainDigest(int segment) => ContentDigest.Of(Lines(Manifests[segment]));

    private bool IsEncrypted(int segment) => Encryption?.Includes(segment) == true;

    /// <summary>A part as it lies in its pack.</summary>
    private byte[] Stored(int segment, byte[] gzip)
    {
        if (Encryption is not { } encryption || !encryption.Includes(segment))
            return gzip;
        var key = encryption.KeyOf(segment);
        if (segment != (encryption.SecretsOnly ? 1 : 0))
            return DraftCipher.Seal(key, ContextOf(segment), gzip);
        var context = encryption.FirstContext ?? ContextOf(segment);
        return [.. encryption.Frames([DraftCipher.Header(key), .. DraftCipher.Frames(key, context, gzip)]).SelectMany(f => f)];
    }

    private static byte[] ContextOf(int segment) => DraftCipher.Context("part", Resources[segment], "shop");

    private static readonly string[] Resources = ["configmaps", "secrets"];

    private ContentDigest DigestOf(int segment, byte[] raw) =>
        IsEncrypted(segment) ? DraftCipher.Digest(Encryption!.KeyOf(segment), ContextOf(segment), raw) : ContentDigest.Of(raw);

    private ContentDigest FingerprintOf(int segment)
    {
        var plain = ContentDigest.Of(Encoding.UTF8.GetBytes(Resources[segment]));
        var context = DraftCipher.Context("fingerprint", Resources[segment], "shop");
        return IsEncrypted(segment)
            ? DraftCipher.Digest(Encryption!.KeyOf(segment), context, Convert.FromHexString(plain.ToString()))
            : plain;
    }

    /// <summary>A document of the point as it lies in the vault: where everything is encrypted, in another one.</summary>
    private byte[] Sealed(string kind, byte[] gzip, string open = "")
    {
        if (Encryption is not { SecretsOnly: false, Key: var key } encryption)
            return gzip;
        var content = Convert.ToBase64String(DraftCipher.Seal(key, DraftCipher.Context(kind, "4711", "2026-11-22T05:30:00Z"), gzip));
        var version = kind == "inventory" ? 4 : 2;
        var text = encryption.OpenText(
            $$"""{"format":"holdfast-{{kind}}","version":{{version}},{{open}}"key":"{{DraftCipher.IdOf(key)}}","content":"{{content}}"}"""
        );
        return StoredGzip.Of(Encoding.UTF8.GetBytes(text));
    }

    private byte[] Around(Inventory inventory, byte[] gzip)
    {
        var packs = inventory
            .Segments.SelectMany(s => s.Parts)
            .GroupBy(p => $"{p.Pack}", p => p.Offset + p.Length)
            .OrderBy(p => p.Key, StringComparer.Ordinal)
            .Select(p => $$"""{"pack":"{{p.Key}}","bytes":{{p.Max()}}}""");
        var profile = inventory.Infrastructure is { } named
            ? $"\"infrastructure\":{{\"digest\":\"{named.Digest}\",\"bytes\":{named.Bytes}}},"
            : "";
        return Sealed(
            "inventory",
            gzip,
            $$"""
            "cluster":"prod","clusterUid":"{{inventory.ClusterUid}}","pinnedAt":"2026-11-22T05:30:00Z","revision":"4711",
            "packs":[{{string.Join(',', packs)}}],{{profile}}
            """.ReplaceLineEndings("")
        );
    }

    private Inventory InventoryOf(List<byte[]> members, List<byte[]> packs) =>
        new()
        {
            Version = Encryption is null ? 1 : 3,
            Cluster = Cluster,
            ClusterUid = ClusterUid.Parse("0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11"),
            ServerVersion = "v1.36.2",
            PinnedAt = new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero),
            Revision = new("4711"),
            Scope = new CaptureScope(),
            Types = [TypeOf("configmaps", "ConfigMap", 0), TypeOf("secrets", "Secret", 1)],
            Segments = [SegmentOf(0, members, packs), SegmentOf(1, members, packs)],
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

    private Segment SegmentOf(int index, List<byte[]> members, List<byte[]> packs) =>
        new()
        {
            Resource = Resources[index],
            Namespace = "shop",
            Revision = new("4711"),
            Objects = Manifests[index].Length,
            Fingerprint = FingerprintOf(index),
            Parts =
            [
                new Part
                {
                    Objects = Manifests[index].Length,
                    RawBytes = Lines(Manifests[index]).Length,
                    RawDigest = DigestOf(index, Lines(Manifests[index])),
                    Pack = ContentDigest.Of(packs[packs.Count - 1 < index ? 0 : index]),
                    Offset = packs.Count > 1 ? 0 : members.Take(index).Sum(m => m.Length),
                    Length = members[index].Length,
                    Key = IsEncrypted(index) ? DraftCipher.IdOf(Encryption!.KeyOf(index)) : null,
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
/// <param name="packs">Their paths; the first segment is in the first one.</param>
internal sealed class VaultFiles(PointId point, IReadOnlyList<string> packs)
{
    public IReadOnlyList<string> Packs => packs;
    public PointId Point => point;
    public SortedDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);
    public string Pack => packs[0];
    public string Inventory { get; } = VaultPaths.Inventory(VaultDraft.Cluster, point);
    public string Infrastructure { get; } = VaultPaths.Infrastructure(VaultDraft.Cluster, point);
    public string Expired { get; } = VaultPaths.Expired(VaultDraft.Cluster, point);
    public string Seal { get; } = VaultPaths.Seal(VaultDraft.Cluster, point);
}
