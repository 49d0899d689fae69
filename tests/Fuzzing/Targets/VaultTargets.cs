using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;

namespace Holdfast.Fuzzing.Tests.Targets;

/// <summary>What lies in a vault: whoever can write there may have written it.</summary>
internal static class VaultTargets
{
    /// <summary>deflate makes no more of a byte than 1,032, in memory that grows by doubling.</summary>
    private const long OfGzip = 4 * 1032;

    private const string Points = $"{Seeds.Release}/vault/clusters";
    private static readonly ClusterName Cluster = ClusterName.Parse("prod");
    private static readonly ClusterUid Uid = ClusterUid.Parse("0b5e2a86-5a6c-4f4e-9f2b-6f0f2f6a7c11");
    private static readonly byte[] Secret = Enumerable.Repeat((byte)7, DataKey.Length).ToArray();
    private static readonly DataKey Key = KeyOf(Secret);
    private static readonly ItemContext Context = ItemContext.OfParts(Cluster, Uid, "configmaps", "shop");
    private static readonly byte[] Line = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}\n"u8.ToArray();

    public static ImmutableArray<FuzzTarget> All { get; } =
    [
        Document("seal", SealOf, Seeds.Files(Points, "seal.json"), "Archive/Format/Documents/SealDocument.cs"),
        Document("marker", b => VaultMarker.Read(b), [new VaultMarker().ToBytes()], "Archive/Format/Documents/VaultMarker.cs"),
        Document(
            "key-document",
            b => KeyDocument.Read(b, 1),
            Seeds.Vector("encrypted-secrets", "000001.json"),
            "Archive/Format/Documents/KeyDocument.cs"
        ),
        Document(
            "expired",
            b => PointExpiry.Read(b, "expired.json"),
            [.. Seeds.Vector("point-purged", "expired.json")],
            "Archive/Format/Documents/PointExpiry.cs"
        ),
        Document(
            "hold",
            b => PointHold.Read(b, "hold.json"),
            Seeds.Vector("point-held", "hold.json"),
            "Archive/Format/Documents/PointHold.cs"
        ),
        Document("takeover", b => Takeover.Read(b, 1), [TakeoverSeed()], "Archive/Format/Documents/Takeover.cs"),
        Document("takeover-return", b => TakeoverReturn.Read(b, 1), [ReturnSeed()], "Archive/Format/Documents/Takeover.cs"),
        Document(
            "purge-mark",
            b => PurgeMark.LimitOf(b, TimeSpan.FromMinutes(10)),
            [PurgeMark.ToBytes(TimeSpan.FromMinutes(4))],
            "Archive/Points/PurgeMark.cs"
        ),
        .. Inventories(),
        Document(
            "infrastructure",
            b => InfrastructureDocument.Read(b, "infrastructure.json.gz"),
            Infrastructures(),
            "Archive/Format/Documents/InfrastructureDocument.cs",
            OfGzip
        ),
        Document(
            "infrastructure-plain",
            ReadPlain,
            [.. Infrastructures().Select(Seeds.Unpacked)],
            "Archive/Format/Documents/InfrastructureDocument.cs"
        ),
        Document("part", b => OpenPart(b, null), [Seeds.Packed(Line), Seeds.Bomb("", 8 << 20)], "Archive/Points/PartReader.cs", OfGzip),
        Document(
            "encrypted-frames",
            OpenFrames,
            [SealedFrames.Write(Key, Context, Line), SealedFrames.Write(Key, Context, new byte[40_000])],
            "Archive/Encryption/SealedFrames.cs"
        ),
        Document("manifest", ReadManifest, Manifests(), "Archive/Format/ManifestText.cs") with
        {
            Files = ["Archive/Format/ManifestText.cs", "Archive/Format/ManifestScan.cs"],
        },
    ];

    private static FuzzTarget Document(string name, Action<byte[]> read, ImmutableArray<byte[]> seeds, string file, long bytes = 400) =>
        new(name, read, seeds, typeof(ArchiveException))
        {
            Files = [file, "Archive/Format/Documents/VaultDocument.cs"],
            BytesPerByte = bytes,
        };

    private static IEnumerable<FuzzTarget> Inventories()
    {
        ImmutableArray<string> files =
        [
            "Archive/Format/Documents/InventoryDocument.cs",
            "Archive/Format/Documents/GzipDocument.cs",
            "Archive/Format/Documents/EncryptedInventory.cs",
        ];
        ImmutableArray<byte[]> packed =
        [
            .. Seeds.Files(Points, "inventory.json.gz"),
            .. Seeds.Vector("valid-volumes", "inventory.json.gz"),
            .. Seeds.Vector("encrypted-everything", "inventory.json.gz"),
            Seeds.Bomb("""{"format":"holdfast-inventory","version":1,""", 30 << 20),
        ];
        yield return new("inventory", ReadInventory, packed, typeof(ArchiveException)) { Files = files, BytesPerByte = OfGzip };
        yield return new("inventory-content", ReadInventory, [.. packed[..^1].Select(Seeds.Unpacked)], typeof(ArchiveException))
        {
            Files = files,
            Prepare = Seeds.Packed,
            BytesPerByte = OfGzip,
        };
    }

    /// <summary>As an inventory is read once its digest was proven, but for the comparison with its seal.</summary>
    private static void ReadInventory(byte[] input)
    {
        const string Name = "inventory.json.gz";
        if (EncryptedInventory.Find(input, Name) is { } encrypted)
        {
            _ = encrypted.Outline.Packs.Length;
            return;
        }
        var json = GzipDocument.Unpack(input, FormatLimits.InventoryGzipBytes, FormatLimits.InventoryRawBytes, Name, "an inventory");
        var inventory = VaultDocument.Read(json, VaultJson.Default.Inventory, Inventory.FormatName, Inventory.CurrentVersion, Name);
        if (InventoryRules.Fault(inventory) is { } fault)
            throw VaultDocument.Malformed(Name, fault, null);
        _ = InventoryRules.Objects(inventory) + InventoryRules.RawBytes(inventory);
        _ = PointOutline.Of(inventory);
    }

    private static void SealOf(byte[] input) =>
        SealDocument.Read(input, Cluster, PointId.TryParse("20261129T213832Z-db08e6", out var point) ? point : default);

    private static void ReadPlain(byte[] input)
    {
        using var document = Parsed(input);
        InfrastructureDocument.ReadPlain(document.RootElement, "--infrastructure");
    }

    private static JsonDocument Parsed(byte[] input)
    {
        try
        {
            return JsonDocument.Parse(input);
        }
        catch (JsonException)
        {
            return JsonDocument.Parse("{}");
        }
    }

    private static void OpenPart(byte[] input, PartCipher? cipher)
    {
        var part = new Part
        {
            Objects = 1,
            RawBytes = Line.Length,
            RawDigest = ContentDigest.Of(Line),
            Pack = ContentDigest.Of(input),
            Offset = 0,
            Length = input.Length,
        };
        _ = PartReader.Open(input, part, cipher, new byte[Line.Length]);
    }

    private static void OpenFrames(byte[] input)
    {
        _ = SealedFrames.Open(Key, Context, input, out _);
        OpenPart(input, new(Key, Context));
    }

    private static void ReadManifest(byte[] input)
    {
        _ = ManifestText.Fault(input);
        _ = ManifestText.Describe(input, 0);
    }

    private static ImmutableArray<byte[]> Manifests() =>
        [
            .. Seeds
                .Files($"{Points}/prod/packs", "*.gz")
                .SelectMany(pack => Seeds.Text(Seeds.Unpacked(pack)).Split('\n'))
                .Where(l => l.Length > 0)
                .Take(20)
                .Select(Encoding.UTF8.GetBytes),
        ];

    private static ImmutableArray<byte[]> Infrastructures() => Seeds.Vector("valid-infrastructure", "infrastructure.json.gz");

    private static byte[] TakeoverSeed() =>
        new Takeover
        {
            Number = 1,
            Clusters = [Cluster],
            At = DateTimeOffset.UnixEpoch,
            By = "entra:a/b",
            Reason = "the region is gone",
        }.ToBytes();

    private static byte[] ReturnSeed() =>
        new TakeoverReturn
        {
            Number = 1,
            At = DateTimeOffset.UnixEpoch,
            By = "entra:a/b",
        }.ToBytes();

    private static DataKey KeyOf(byte[] secret) => DataKey.Of(secret, KeyId(secret))!;

    private static ContentDigest KeyId(byte[] secret) =>
        ContentDigest.FromHash(
            System.Security.Cryptography.HKDF.DeriveKey(
                System.Security.Cryptography.HashAlgorithmName.SHA256,
                secret,
                DataKey.Length,
                info: "holdfast-1 id"u8.ToArray()
            )
        );
}
