using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Tests.Pruning;

public sealed class VaultPruningTests
{
    private static readonly RetentionRule LastOne = new(Last: 1);
    private readonly SampleVault vault = new();

    [Fact]
    public async Task A_point_expires_first_and_is_purged_seven_days_later_with_what_only_it_needs()
    {
        var old = await CaptureAsync("a", "b");
        var last = await CaptureAsync("b", "c");

        var expired = await vault.PruneAsync(LastOne);

        Assert.Equal((1, 0, 0), (expired.Expired, expired.Purged, expired.Packs.Packs));
        Assert.True(await vault.IsExpiredAsync(old.Id) && await vault.HasInventoryAsync(old.Id));
        vault.Time.Now += TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1);
        Assert.True((await vault.PlanAsync(LastOne)).IsEmpty);
        vault.Time.Now += TimeSpan.FromSeconds(1);

        var plan = await vault.PlanAsync(LastOne);
        var purged = await vault.PruneAsync(LastOne);

        Assert.Equal((old.Id, 1, 2), (Assert.Single(plan.Purge).Point, plan.Purged.Packs, plan.Needed.Packs));
        Assert.Equal((0, 1, plan.Purged), (purged.Expired, purged.Purged, purged.Packs));
        Assert.Equal((false, 2), (await vault.HasInventoryAsync(old.Id), (await vault.PacksAsync()).Count));
        Assert.Contains(VaultPaths.Seal(SampleVault.Cluster, old.Id), await vault.PathsAsync());
        await RequireWholeAsync(last.Id);
        Assert.True((await VerifyAsync()).Intact);
        Assert.True((await vault.PlanAsync(LastOne)).IsEmpty);
    }

    [Fact]
    public async Task An_expired_point_isnt_listed_or_continued_from_and_says_that_it_expired_when_it_is_opened()
    {
        var old = await CaptureAsync("a");
        await CaptureAsync("b");
        await vault.PruneAsync(LastOne);
        vault.Time.Now += TimeSpan.FromDays(7);
        await vault.PruneAsync(LastOne);

        var listed = await SealedPoints.ListAsync(vault.Store, SampleVault.Cluster, default);
        var chain = await SealChain.ReadAsync(vault.Store, SampleVault.Cluster, default);
        var failure = await Assert.ThrowsAsync<ArchiveException>(() =>
            RecoveryPointReader.OpenAsync(vault.Store, SampleVault.Cluster, old.Id, default)
        );

        Assert.DoesNotContain(listed, p => p.Id == old.Id);
        Assert.Equal((1, 2, 0), (chain.Points.Length, chain.Seals.Count, chain.Faults.Length));
        Assert.Null(await SealedPoints.FindAsync(vault.Store, SampleVault.Cluster, old.Id, default));
        Assert.Equal(ArchiveFailure.NotFound, failure.Failure);
        Assert.Contains("points made by hand: last 1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_captures_that_were_cut_short_left_is_collected_after_seven_days()
    {
        await CaptureAsync("a");
        var cut = new FaultyStore(vault.Store).Before(call =>
        {
            if (call.Operation == StoreOperation.Create && call.Path.EndsWith("seal.json", StringComparison.Ordinal))
                throw new ArchiveException(ArchiveFailure.Unreachable, "cut");
        });
        await Assert.ThrowsAsync<ArchiveException>(() => vault.CaptureAsync(new SampleCapture { Store = cut }, "x"));
        Assert.Equal(2, (await vault.PacksAsync()).Count);

        vault.Time.Now += TimeSpan.FromDays(6.9);
        Assert.True((await vault.PlanAsync(LastOne)).IsEmpty);
        vault.Time.Now += TimeSpan.FromDays(0.1);
        var purged = await vault.PruneAsync(LastOne);

        Assert.Equal((1, 1), (purged.Purged, purged.Packs.Packs));
        Assert.Single(await vault.PacksAsync());
        Assert.Single(await vault.PathsAsync(VaultPaths.Points(SampleVault.Cluster)), p => p.EndsWith(".gz", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_an_unsealed_point_names_whose_seal_another_names_stays()
    {
        var deleted = await CaptureAsync("a");
        await CaptureAsync("b");
        await BlobRemoval.RemoveAsync(
            vault.Store,
            VaultPaths.Seal(SampleVault.Cluster, deleted.Id),
            await vault.Store.ListAsync(VaultPaths.Seal(SampleVault.Cluster, deleted.Id), default).ToListAsync(),
            default
        );

        vault.Time.Now += TimeSpan.FromDays(30);
        await vault.PruneAsync(LastOne);

        Assert.True(await vault.HasInventoryAsync(deleted.Id));
        Assert.Equal(2, (await vault.PacksAsync()).Count);
    }

    [Fact]
    public async Task While_an_inventory_cant_be_read_no_pack_goes_and_the_plan_says_why()
    {
        var damaged = await CaptureAsync("a");
        await CaptureAsync("b");
        await CaptureAsync("c");
        await vault.PruneAsync(new(Last: 2));
        Assert.True(await vault.IsExpiredAsync(damaged.Id));
        var tampered = new TamperedStore(vault.Store);
        await tampered.FlipAsync((await vault.PathsAsync()).Last(p => p.EndsWith("inventory.json.gz", StringComparison.Ordinal)), 20);
        vault.Time.Now += TimeSpan.FromDays(8);

        var plan = await new VaultPruning(tampered, SampleVault.Cluster, vault.Means()).PlanAsync(SampleVault.Keep(new(Last: 2)), default);

        Assert.Equal((1, 0, 1), (plan.Purge.Length, plan.Packs.Length, plan.Obstacles.Length));
        Assert.Equal([KeepRule.Doubtful], plan.Points[0].Kept.Select(k => k.Rule));
    }

    [Fact]
    public async Task Nothing_is_decided_where_the_stores_clock_is_another()
    {
        await CaptureAsync("a");
        var pruning = new VaultPruning(
            vault.Store,
            SampleVault.Cluster,
            vault.Means() with
            {
                Time = new SettableTime(vault.Time.Now.AddMinutes(5).AddSeconds(1)),
            }
        );

        var refused = await Assert.ThrowsAsync<ArchiveException>(() => pruning.PlanAsync(SampleVault.Keep(LastOne), default));

        Assert.Equal(ArchiveFailure.Conflict, refused.Failure);
    }

    [Fact]
    public async Task A_held_point_neither_expires_nor_is_purged()
    {
        var (held, later) = (await CaptureAsync("a"), await CaptureAsync("b"));
        await CaptureAsync("c");
        await HoldAsync(held.Id);
        await vault.PruneAsync(LastOne);
        Assert.False(await vault.IsExpiredAsync(held.Id));
        Assert.True(await vault.IsExpiredAsync(later.Id));
        await HoldAsync(later.Id);
        vault.Time.Now += TimeSpan.FromDays(8);

        Assert.True((await vault.PlanAsync(LastOne)).IsEmpty);
        await vault.Store.DeleteAsync(VaultPaths.Hold(SampleVault.Cluster, later.Id), null, default);
        await vault.Store.DeleteAsync(VaultPaths.Hold(SampleVault.Cluster, held.Id), null, default);
        var purged = await vault.PruneAsync(LastOne);

        Assert.Equal((1, 1), (purged.Expired, purged.Purged));
    }

    [Fact]
    public async Task Immutable_points_and_packs_stay_until_their_time()
    {
        var until = SampleVault.Begin.AddDays(20);
        var immutable = await CaptureAsync(new SampleCapture { KeepUntil = until }, "a");
        await CaptureAsync("b");
        await vault.PruneAsync(LastOne);
        Assert.False(await vault.IsExpiredAsync(immutable.Id));

        vault.Time.Now = until;
        Assert.Equal(1, (await vault.PruneAsync(LastOne)).Expired);
        await vault.Store.ExtendImmutabilityAsync((await vault.PacksAsync())[0], null, new(until.AddDays(30)), default);
        vault.Time.Now += TimeSpan.FromDays(7);
        var purged = await vault.PruneAsync(LastOne);

        Assert.Equal(1, purged.Purged);
        Assert.Equal(1 + purged.Packs.Packs, 3 - (await vault.PacksAsync()).Count);
        vault.Time.Now = until.AddDays(30);
        await vault.PruneAsync(LastOne);
        Assert.Single(await vault.PacksAsync());
    }

    [Fact]
    public async Task Where_the_newest_point_is_marked_as_expired_nothing_goes_since_retention_never_does_that()
    {
        foreach (var point in new[] { await CaptureAsync("a"), await CaptureAsync("b") })
        {
            var expiry = new PointExpiry
            {
                Point = point.Id,
                ExpiredAt = vault.Time.Now,
                Rule = "forged",
            };
            await vault.Store.CreateAsync(Expired(point.Id), expiry.ToBytes(), null, default);
        }
        vault.Time.Now += TimeSpan.FromDays(8);

        var plan = await vault.PlanAsync(LastOne);

        Assert.Equal((0, 0, 1), (plan.Purge.Length, plan.Packs.Length, plan.Obstacles.Length));
    }

    [Fact]
    public async Task A_signed_point_expires_by_a_signed_document_only()
    {
        using var signer = Signer();
        var trust = SealTrust.Of([await signer.PublicKeyAsync(default)], required: true);
        var old = await CaptureAsync(new SampleCapture { Signer = signer }, "a");
        await CaptureAsync(new SampleCapture { Signer = signer }, "b");

        var unsigned = await vault.PlanAsync(LastOne);
        await vault.PruneAsync(LastOne, vault.Means(signer, trust));
        var expiry = PointExpiry.Read(await vault.Store.ReadAsync(Expired(old.Id), null, default), Expired(old.Id));

        Assert.Equal((0, 1), (unsigned.Expire.Length, unsigned.Obstacles.Length));
        Assert.Equal((2, old.Seal.Signature!.KeyId), (expiry.Version, expiry.Signature!.KeyId));
        Assert.Null(PointExpiries.Fault(expiry, old.Seal, trust));
        Assert.NotNull(PointExpiries.Fault(expiry, old.Seal, SealTrust.Of([await Signer().PublicKeyAsync(default)], required: true)));
        Assert.NotNull(PointExpiries.Fault(expiry with { Signature = null, Version = 1 }, old.Seal, SealTrust.Anyone));
        Assert.True((await VerifyAsync(trust)).Intact);
    }

    [Fact]
    public async Task An_expiry_that_others_wrote_neither_hides_a_point_nor_lets_its_packs_go()
    {
        using var signer = Signer();
        var trust = SealTrust.Of([await signer.PublicKeyAsync(default)], required: true);
        var attacked = await CaptureAsync(new SampleCapture { Signer = signer }, "a");
        var forged = new PointExpiry
        {
            Point = attacked.Id,
            ExpiredAt = SampleVault.Begin.AddDays(-30),
            Rule = "policy nightly: last 1",
        };
        await vault.Store.CreateAsync(Expired(attacked.Id), forged.ToBytes(), null, default);
        vault.Time.Now += TimeSpan.FromDays(30);

        var plan = await vault.PlanAsync(LastOne, vault.Means(signer, trust));

        Assert.True(plan.IsEmpty);
        Assert.Equal([KeepRule.Doubtful], plan.Points[0].Kept.Select(k => k.Rule));
        Assert.NotNull(await SealedPoints.FindAsync(vault.Store, SampleVault.Cluster, attacked.Id, default));
        Assert.Equal(FindingKind.Tampered, Assert.Single((await VerifyAsync(trust)).Findings).Kind);
    }

    [Fact]
    public async Task A_seal_waits_for_a_purge_that_may_not_have_seen_its_inventory_and_writes_again_what_is_gone()
    {
        // a pack of a capture that was cut short a week ago, which a new capture finds by its digest
        await CaptureAsync("a");
        await new OpenCapture(vault.Store, vault.Time, new()).ExportAsync(["x"], new Dictionary<ContentDigest, Part>());
        vault.Time.Now += TimeSpan.FromDays(7);
        var capture = new OpenCapture(vault.Store, vault.Time, new());
        await capture.ExportAsync(["x"], new Dictionary<ContentDigest, Part>());
        Task<SealedPoint>? sealing = null;
        var store = new FaultyStore(vault.Store).Before(
            async (call, _) =>
            {
                // the purge has looked for inventories, and is about to delete
                if (call.Operation == StoreOperation.Delete && sealing is null)
                {
                    sealing = capture.SealAsync();
                    await Task.Delay(50, CancellationToken.None);
                    Assert.False(sealing.IsCompleted);
                }
            }
        );

        var purged = await vault.PruneAsync(LastOne, null, store);
        var point = await sealing!;

        Assert.Equal(1, purged.Packs.Packs);
        await RequireWholeAsync(point.Id);
    }

    private static string Expired(PointId point) => VaultPaths.Expired(SampleVault.Cluster, point);

    private async Task<SealedPoint> CaptureAsync(params string[] contents) => await CaptureAsync(new SampleCapture(), contents);

    private async Task<SealedPoint> CaptureAsync(SampleCapture how, params string[] contents)
    {
        var point = await vault.CaptureAsync(how, contents);
        vault.Time.Now += TimeSpan.FromHours(1);
        return point;
    }

    private async Task HoldAsync(PointId point)
    {
        var hold = new PointHold
        {
            Point = point,
            HeldAt = vault.Time.Now,
            By = "a",
            Reason = "audit",
        };
        await vault.Store.CreateAsync(VaultPaths.Hold(SampleVault.Cluster, point), hold.ToBytes(), null, default);
    }

    private Task<VerifyReport> VerifyAsync(SealTrust? trust = null) =>
        PointVerifier.VerifyAsync(vault.Store, SampleVault.Cluster, null, trust ?? SealTrust.Anyone, null, default);

    private async Task RequireWholeAsync(PointId point)
    {
        var reader = await RecoveryPointReader.OpenAsync(vault.Store, SampleVault.Cluster, point, default);
        foreach (var segment in reader.Inventory.Segments)
            Assert.Equal(segment.Objects, await reader.ReadSegmentAsync(segment, default).CountAsync());
    }

    private static SealSigner Signer()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        return SealSigner.FromPem(key.ExportECPrivateKeyPem());
    }
}
