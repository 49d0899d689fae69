using System.Text;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Encryption;

public sealed class EncryptedPointTests
{
    private static readonly SampleSegment[] Shop =
    [
        new("configmaps", "shop", """{"metadata":{"name":"settings"},"data":{"color":"visible-blue"}}"""),
        new("secrets", "shop", """{"metadata":{"name":"db"},"data":{"password":"aHVudGVyMg=="}}"""),
    ];

    private readonly MemoryStore store = new();

    [Theory]
    [InlineData(EncryptionScope.Secrets)]
    [InlineData(EncryptionScope.Everything)]
    public async Task A_point_reads_back_with_the_key_and_shows_without_it_what_its_scope_leaves_open(EncryptionScope scope)
    {
        var vault = await store.EncryptedAsync(scope);
        var point = await SamplePoint.WriteAsync(vault, Shop);

        var read = await ManifestsAsync(vault, point);
        var all = await UnpackedAsync();

        Assert.Equal(Shop.SelectMany(s => s.Manifests), read);
        Assert.Equal((scope == EncryptionScope.Secrets, false), (all.Contains("visible-blue"), all.Contains("aHVudGVyMg==")));
        Assert.Equal(scope == EncryptionScope.Secrets, all.Contains("\"namespace\":\"shop\"", StringComparison.Ordinal));
        Assert.True((await VerifyAsync(vault)).Findings.IsEmpty);
    }

    [Fact]
    public async Task What_is_written_again_has_the_same_bytes()
    {
        var vault = await store.EncryptedAsync();
        var other = new MemoryStore();
        await other.CreateAsync(VaultPaths.Key(1), (await store.ReadAsync(VaultPaths.Key(1), null, default))!, null, default);

        var (first, again) = (await SamplePoint.WriteAsync(vault, Shop), await SamplePoint.WriteAsync(other.With(SampleKeys.Wrap()), Shop));

        Assert.Equal(first.SealDigest, again.SealDigest);
        Assert.Equal(await PathsAsync(store), await PathsAsync(other));
    }

    [Fact]
    public async Task After_a_rotation_old_points_read_and_new_ones_share_nothing_with_them()
    {
        var vault = await store.EncryptedAsync();
        var old = await SamplePoint.WriteAsync(vault, Shop);
        var before = (await PathsAsync(store)).Where(IsPack).ToHashSet();
        await vault.Rotation().RotateAsync(default);
        vault = store.With(SampleKeys.Wrap());

        var young = await SamplePoint.WriteAsync(vault, Shop, SamplePoint.Time.AddHours(1));

        Assert.Equal(await ManifestsAsync(vault, old), await ManifestsAsync(vault, young));
        Assert.Equal(2 * before.Count, (await PathsAsync(store)).Count(IsPack));
        Assert.Superset(before, (await PathsAsync(store)).ToHashSet());
        Assert.True((await VerifyAsync(vault)).Findings.IsEmpty);
    }

    [Fact]
    public async Task Without_the_key_verification_proves_the_bytes_and_says_what_it_did_not_open()
    {
        var vault = await store.EncryptedAsync();
        var point = await SamplePoint.WriteAsync(vault, Shop);

        var intact = await VerifyAsync(store);
        var pack = (await PathsAsync(store)).Single(IsPack);
        var tampered = new TamperedStore(store);
        await tampered.FlipAsync(pack, 60);
        var damaged = await VerifyAsync(tampered);

        Assert.Equal((true, 1), (intact.Intact, intact.Packs));
        Assert.Equal([FindingKind.Locked], intact.Findings.Select(f => f.Kind));
        Assert.Equal((false, FindingKind.DigestMismatch), (damaged.Intact, damaged.Findings.First(f => f.Path == pack).Kind));
        var outline = await RecoveryPointReader.FindOutlineAsync(store, SamplePoint.Cluster, point.Id, default);
        Assert.Equal([pack], outline!.Packs.Select(p => VaultPaths.Pack(SamplePoint.Cluster, p.Pack, p.IsEncrypted)));
    }

    [Fact]
    public async Task What_was_captured_before_encryption_is_not_sealed_after_it()
    {
        var writer = new RecoveryPointWriter(store, SamplePoint.Cluster, null, new SettableTime(SamplePoint.Time));
        var packed = await SamplePoint.PackAsync(writer, Shop);
        var vault = await store.EncryptedAsync(EncryptionScope.Secrets);
        var current = (await vault.Keys.CurrentAsync(default))!.Of(SamplePoint.Cluster, SamplePoint.Uid, null);

        var later = new RecoveryPointWriter(vault, SamplePoint.Cluster, null, new SettableTime(SamplePoint.Time), null, current);
        var unaware = new RecoveryPointWriter(vault, SamplePoint.Cluster, null, new SettableTime(SamplePoint.Time));

        await RefusedAsync(later, ArchiveFailure.Conflict);
        await RefusedAsync(unaware, ArchiveFailure.Locked);

        async Task RefusedAsync(RecoveryPointWriter with, ArchiveFailure expected)
        {
            var fault = await Assert.ThrowsAsync<ArchiveException>(() =>
                with.SealAsync(SamplePoint.InventoryOf(packed), new(PointState.Succeeded, null), default)
            );
            Assert.Equal(expected, fault.Failure);
        }
    }

    [Fact]
    public async Task Key_documents_are_kept_as_long_as_the_points_that_need_them()
    {
        var until = SamplePoint.Time.AddDays(40);
        var vault = await store.EncryptedAsync();

        await SamplePoint.WriteAsync(vault, Shop, request: new(PointState.Succeeded, until));

        Assert.True((await store.ListAsync(VaultPaths.Keys, default).SingleAsync()).ImmutableUntil >= until);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16_384)]
    [InlineData(16_385)]
    [InlineData(100_000)]
    public void Frames_give_back_what_was_encrypted_and_nothing_when_a_bit_is_another(int length)
    {
        var key = DataKey.Create();
        var context = ItemContext.OfParts(SamplePoint.Cluster, SamplePoint.Uid, "secrets", "shop");
        var content = new byte[length];
        new Random(length).NextBytes(content);

        var sealedBytes = SealedFrames.Write(key, context, content);

        Assert.Null(SealedFrames.Open(key, context, sealedBytes, out var opened));
        Assert.Equal(content, opened);
        for (var at = 0; at < sealedBytes.Length; at += Math.Max(1, length / 50))
        {
            var other = sealedBytes.ToArray();
            other[at] ^= 1;
            Assert.NotNull(SealedFrames.Open(key, context, other, out var nothing));
            Assert.Empty(nothing);
            Assert.NotNull(SealedFrames.Open(key, context, sealedBytes.AsSpan(0, at), out _));
        }
    }

    private static bool IsPack(string path) => path.Contains("/packs/", StringComparison.Ordinal);

    private static Task<VerifyReport> VerifyAsync(IBlobStore vault) =>
        PointVerifier.VerifyAsync(vault, SamplePoint.Cluster, null, SealTrust.Anyone, null, default);

    private static async Task<List<string>> ManifestsAsync(IBlobStore vault, SealedPoint point)
    {
        var reader = await RecoveryPointReader.OpenAsync(vault, SamplePoint.Cluster, point.Id, default);
        var read = new List<string>();
        foreach (var segment in reader.Inventory.Segments)
        await foreach (var manifest in reader.ReadSegmentAsync(segment, default))
            read.Add(Encoding.UTF8.GetString(manifest.Span));
        return read;
    }

    private static async Task<string[]> PathsAsync(MemoryStore of) => await of.ListAsync("", default).Select(b => b.Path).ToArrayAsync();

    /// <summary>Everything that can be read in the vault by whoever may read its blobs.</summary>
    private async Task<string> UnpackedAsync()
    {
        var text = new StringBuilder();
        foreach (var path in await PathsAsync(store))
        {
            var content = (await store.ReadAsync(path, null, default))!;
            var isGzip = path.EndsWith(".gz", StringComparison.Ordinal);
            text.Append(isGzip ? await Packing.Gunzip.TextAsync(store, path) : Encoding.UTF8.GetString(content));
        }
        return text.ToString();
    }
}
