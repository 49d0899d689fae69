using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Archive.Tests.Verification;

public sealed class PointVerifierTests : IAsyncLifetime
{
    private static readonly SampleSegment[] Shop =
    [
        new("configmaps", "shop", """{"metadata":{"name":"a"},"data":{"k":"v1"}}""", """{"metadata":{"name":"b"}}"""),
        new("namespaces", null, """{"metadata":{"name":"shop"}}"""),
        new("secrets", "shop", """{"metadata":{"name":"s"}}"""),
    ];

    private readonly MemoryStore store = new();
    private TamperedStore vault = null!;
    private SealedPoint first = null!;
    private SealedPoint second = null!;

    public async Task InitializeAsync()
    {
        vault = new(store);
        first = await SamplePoint.WriteAsync(vault, Shop);
        second = await SamplePoint.WriteAsync(
            vault,
            [.. Shop, new("services", "shop", """{"metadata":{"name":"web"}}""")],
            SamplePoint.Time.AddHours(1)
        );
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task An_untouched_vault_is_intact()
    {
        var report = await VerifyAsync();

        Assert.Empty(report.Findings);
        Assert.Equal((2, 2), (report.Points, report.Packs));
        Assert.True(report.Bytes > 0);
    }

    [Fact]
    public async Task A_point_that_is_being_sealed_meanwhile_is_not_a_finding()
    {
        var path = VaultPaths.Seal(SamplePoint.Cluster, second.Id);
        var unsealed = new MemoryStore();
        await foreach (var blob in store.ListAsync("", default))
        {
            if (blob.Path != path)
                await unsealed.CreateAsync(blob.Path, await store.ReadAsync(blob.Path, null, default), null, default);
        }
        var running = new FaultyStore(unsealed).Before(
            async (call, cancellation) =>
            {
                if (call.Path.Contains("/packs/", StringComparison.Ordinal))
                    await unsealed.CreateAsync(path, await store.ReadAsync(path, null, cancellation), null, cancellation);
            }
        );

        var report = await PointVerifier.VerifyAsync(running, SamplePoint.Cluster, null, SealTrust.Anyone, null, default);

        Assert.DoesNotContain(report.Findings, f => f.IsDamage);
        Assert.NotNull(await unsealed.ReadAsync(path, null, default));
    }

    [Fact]
    public async Task Every_flipped_byte_of_every_blob_is_found_by_its_path()
    {
        foreach (var blob in await BlobsAsync())
        {
            for (var position = 0; position < blob.Length; position++)
            {
                vault.Restore();
                await vault.FlipAsync(blob.Path, position);
                var report = await VerifyAsync();
                Assert.True(
                    report.Findings.Any(f => f.IsDamage && f.Path == blob.Path),
                    $"byte {position} of {blob.Path} can be flipped unseen"
                );
            }
        }
    }

    [Fact]
    public async Task Every_blob_that_is_missing_or_cut_short_is_found_by_its_path()
    {
        foreach (var blob in await BlobsAsync())
        {
            vault.Restore();
            vault.Remove(blob.Path);
            Assert.Contains((await VerifyAsync()).Findings, f => f.IsDamage && f.Path == blob.Path);

            vault.Restore();
            await vault.CutAsync(blob.Path, (int)blob.Length - 1);
            Assert.Contains((await VerifyAsync()).Findings, f => f.IsDamage && f.Path == blob.Path);
        }
    }

    [Fact]
    public async Task A_damaged_pack_names_the_damaged_segments_and_only_those()
    {
        var inventory = (await RecoveryPointReader.OpenAsync(vault, SamplePoint.Cluster, first.Id, default)).Inventory;
        var secrets = inventory.Segments.Single(s => s.Resource == "secrets").Parts[0];
        await vault.FlipAsync(VaultPaths.Pack(SamplePoint.Cluster, secrets.Pack), (int)secrets.Offset + 15);

        var finding = Assert.Single((await VerifyAsync()).Findings);

        Assert.Equal((FindingKind.DigestMismatch, first.Id, "secrets in shop"), (finding.Kind, finding.Point!.Value, finding.Subject));
    }

    [Fact]
    public async Task One_point_is_verified_without_the_others()
    {
        var inventory = (await RecoveryPointReader.OpenAsync(vault, SamplePoint.Cluster, first.Id, default)).Inventory;
        vault.Remove(VaultPaths.Pack(SamplePoint.Cluster, inventory.Segments[0].Parts[0].Pack));

        Assert.Empty((await VerifyAsync(second.Id)).Findings);
        Assert.Equal(3, (await VerifyAsync(first.Id)).Findings.Length);
    }

    [Fact]
    public async Task A_point_whose_previous_seal_is_another_one_breaks_the_chain()
    {
        var forged = await SamplePoint.WriteAsync(new MemoryStore(), Shop, request: new(PointState.Partial, null));
        vault.Replace(VaultPaths.Seal(SamplePoint.Cluster, first.Id), SealBytes(forged.Seal));

        Assert.Contains((await VerifyAsync()).Findings, f => f.Kind == FindingKind.BrokenChain && f.Point == first.Id);
        Assert.Contains((await VerifyAsync(second.Id)).Findings, f => f.Kind == FindingKind.BrokenChain && f.Point == first.Id);
    }

    [Fact]
    public async Task A_gap_in_the_sequence_breaks_the_chain()
    {
        vault.Replace(VaultPaths.Seal(SamplePoint.Cluster, second.Id), SealBytes(second.Seal with { Sequence = 7 }));

        Assert.Contains((await VerifyAsync()).Findings, f => f.Kind == FindingKind.BrokenChain && f.Point == second.Id);
    }

    [Fact]
    public async Task Foreign_blobs_and_unused_packs_are_reported_but_are_not_damage()
    {
        var foreign = VaultPaths.Points(SamplePoint.Cluster) + $"{first.Id}/notes.txt";
        var orphan = VaultPaths.Pack(SamplePoint.Cluster, ContentDigest.Of("x"u8));
        vault.Replace(foreign, [1]);
        vault.Replace(orphan, [2]);

        var report = await VerifyAsync();

        Assert.Equal([(FindingKind.Orphan, orphan), (FindingKind.Foreign, foreign)], report.Findings.Select(f => (f.Kind, f.Path)));
        Assert.True(report.Intact);
    }

    [Fact]
    public async Task An_expired_point_needs_no_packs()
    {
        var inventory = (await RecoveryPointReader.OpenAsync(vault, SamplePoint.Cluster, first.Id, default)).Inventory;
        vault.Remove(VaultPaths.Pack(SamplePoint.Cluster, inventory.Segments[0].Parts[0].Pack));
        vault.Replace(
            VaultPaths.Expired(SamplePoint.Cluster, first.Id),
            new PointExpiry
            {
                Point = first.Id,
                ExpiredAt = SamplePoint.Time.AddDays(7),
                Rule = "daily: 7",
            }.ToBytes()
        );

        Assert.Empty((await VerifyAsync()).Findings);
        Assert.Equal([second.Id], (await SealedPoints.ListAsync(vault, SamplePoint.Cluster, default)).Select(p => p.Id));
    }

    [Fact]
    public async Task A_point_cannot_expire_before_it_was_to_be_kept()
    {
        var kept = await SamplePoint.WriteAsync(
            vault,
            Shop,
            SamplePoint.Time.AddHours(2),
            new(PointState.Succeeded, SamplePoint.Time.AddDays(30))
        );
        vault.Replace(
            VaultPaths.Expired(SamplePoint.Cluster, kept.Id),
            new PointExpiry
            {
                Point = kept.Id,
                ExpiredAt = SamplePoint.Time.AddDays(7),
                Rule = "x",
            }.ToBytes()
        );

        Assert.Equal(FindingKind.Tampered, Assert.Single((await VerifyAsync()).Findings).Kind);
    }

    [Theory]
    [InlineData("seal.json"), InlineData("inventory.json.gz"), InlineData(".ndjson.gz")]
    public async Task Overwritten_or_hidden_blobs_on_a_store_with_versions_are_reported_and_the_oldest_is_read(string which)
    {
        var path = (await BlobsAsync()).First(b => b.Path.EndsWith(which, StringComparison.Ordinal)).Path;
        store.Overwrite(path, "forged"u8.ToArray());
        Assert.Equal((FindingKind.Tampered, path), OnlyFinding(await VerifyAsync()));

        await store.DeleteAsync(path, null, default);
        Assert.Equal((FindingKind.Tampered, path), OnlyFinding(await VerifyAsync()));
        foreach (var point in new[] { first, second })
        {
            var reader = await RecoveryPointReader.OpenAsync(vault, SamplePoint.Cluster, point.Id, default);
            Assert.Equal(2, (await reader.ReadSegmentAsync(reader.Inventory.Segments[0], default).ToListAsync()).Count);
        }
    }

    [Theory]
    [InlineData("seal.json", true), InlineData("inventory.json.gz", false), InlineData(".ndjson.gz", true), InlineData(".ndjson.gz", false)]
    public async Task What_was_written_over_or_hidden_is_repaired_by_its_original(string which, bool hidden)
    {
        var path = (await BlobsAsync()).First(b => b.Path.EndsWith(which, StringComparison.Ordinal)).Path;
        var original = await store.ReadAsync(path, null, default);
        store.Overwrite(path, "forged"u8.ToArray());
        if (hidden)
            await store.DeleteAsync(path, null, default);

        var altered = Assert.Single(await VaultRepair.FindAsync(store, SamplePoint.Cluster, default));
        await VaultRepair.RepairAsync(store, altered, default);

        Assert.Equal((path, hidden), (altered.Path, altered.IsHidden));
        var current = (await store.ListAsync(path, default).ToListAsync()).Single(b => b.IsCurrent);
        Assert.Equal(original, await store.ReadAsync(path, current.Version, default));
        Assert.Empty((await VerifyAsync()).Findings);
        Assert.Empty(await VaultRepair.FindAsync(store, SamplePoint.Cluster, default));
    }

    [Theory]
    [InlineData("seal.json"), InlineData("inventory.json.gz"), InlineData(".ndjson.gz")]
    public async Task What_is_repaired_is_kept_as_long_as_its_original_until_that_time_is_over(string which)
    {
        var time = new FakeTimeProvider(SamplePoint.Time);
        var worm = new MemoryStore(time);
        var until = time.GetUtcNow().AddDays(30);
        await SamplePoint.WriteAsync(worm, Shop, request: new(PointState.Succeeded, until));
        var path = (await worm.ListAsync("", default).ToListAsync()).First(b => b.Path.EndsWith(which, StringComparison.Ordinal)).Path;

        await RepairAsync();
        var kept = (await worm.ListAsync(path, default).ToListAsync()).Single(b => b.IsCurrent);
        time.Advance(TimeSpan.FromDays(31));
        await RepairAsync();
        var later = (await worm.ListAsync(path, default).ToListAsync()).Single(b => b.IsCurrent);

        Assert.Equal(until, kept.Term?.Until);
        Assert.Null(later.Term);

        async Task RepairAsync()
        {
            worm.Overwrite(path, "forged"u8.ToArray());
            await VaultRepair.RepairAsync(worm, Assert.Single(await VaultRepair.FindAsync(worm, SamplePoint.Cluster, default)), default);
        }
    }

    [Fact]
    public async Task Immutable_packs_cannot_be_purged_and_verify_stays_intact()
    {
        var time = new FakeTimeProvider(SamplePoint.Time);
        var worm = new MemoryStore(time);
        await SamplePoint.WriteAsync(worm, Shop, request: new(PointState.Succeeded, time.GetUtcNow().AddDays(30)));
        var pack = (await worm.ListAsync(VaultPaths.Packs(SamplePoint.Cluster), default).ToListAsync()).Single();

        var refused = await Assert.ThrowsAsync<ArchiveException>(() => worm.DeleteAsync(pack.Path, pack.Version, default));
        Assert.Equal(ArchiveFailure.Immutable, refused.Failure);

        time.Advance(TimeSpan.FromDays(31));
        await BlobRemoval.RemoveAsync(worm, pack.Path, [pack], default);
        var report = await PointVerifier.VerifyAsync(worm, SamplePoint.Cluster, null, SealTrust.Anyone, null, default);
        Assert.All(report.Findings, f => Assert.Equal((FindingKind.Missing, pack.Path), (f.Kind, f.Path)));
        Assert.Equal(3, report.Findings.Length);
    }

    [Fact]
    public async Task A_vault_that_cannot_be_reached_is_not_a_finding()
    {
        var down = new FaultyStore(vault).FailFrom(StoreOperation.Read, 3);

        var failure = await Assert.ThrowsAnyAsync<Exception>(() =>
            PointVerifier.VerifyAsync(down, SamplePoint.Cluster, null, SealTrust.Anyone, null, default)
        );

        Assert.Equal(ArchiveFailure.Unreachable, Assert.IsType<ArchiveException>(failure).Failure);
    }

    private static byte[] SealBytes(Seal seal) => SealDocument.Write(SealDocument.Complete(seal));

    private static (FindingKind, string) OnlyFinding(VerifyReport report)
    {
        var finding = Assert.Single(report.Findings);
        return (finding.Kind, finding.Path);
    }

    [Theory]
    [
        InlineData("""{"metadata":{"name":"deep"},"x":DEEP}""", "deep"),
        InlineData("""{"metadata":{"name":"cut"}""", "cut"),
        InlineData("no JSON", "number 2")
    ]
    public async Task A_manifest_that_no_restore_can_read_is_damage_with_its_name(string manifest, string name)
    {
        var deep = new string('[', FormatLimits.ManifestDepth) + new string(']', FormatLimits.ManifestDepth);
        var point = await SamplePoint.WriteAsync(
            vault,
            [new("configmaps", "odd", """{"metadata":{"name":"a"}}""", manifest.Replace("DEEP", deep, StringComparison.Ordinal))],
            SamplePoint.Time.AddHours(2)
        );

        var finding = Assert.Single((await VerifyAsync()).Findings);

        Assert.Equal((FindingKind.Malformed, point.Id, true), (finding.Kind, finding.Point!.Value, finding.IsDamage));
        Assert.Contains(name, finding.Subject);
        Assert.Contains("configmaps in odd", finding.Subject);
    }

    private Task<VerifyReport> VerifyAsync(PointId? point = null) =>
        PointVerifier.VerifyAsync(vault, SamplePoint.Cluster, point, SealTrust.Anyone, null, default);

    private async Task<List<BlobEntry>> BlobsAsync() => await store.ListAsync("", default).ToListAsync();
}
