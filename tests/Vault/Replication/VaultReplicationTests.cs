using System.Security.Cryptography;
using Holdfast.Archive.Encryption;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Stores;
using Holdfast.TestKit.Worm;
using Holdfast.Vault.Holds;
using Holdfast.Vault.Replication;
using Holdfast.Vault.Tests.Pruning;

namespace Holdfast.Vault.Tests.Replication;

public sealed class VaultReplicationTests
{
    private static readonly ClusterName Cluster = SampleVault.Cluster;
    private readonly HastyTime time = new(SampleVault.Begin);
    private readonly WormVault worm;
    private readonly SampleVault vault;
    private readonly SampleReplica replica;

    public VaultReplicationTests()
    {
        worm = new(time);
        vault = new(time, worm.Store);
        replica = new(time);
    }

    private DateTimeOffset NextWeek => time.Now.AddDays(7);

    [Fact]
    public async Task A_replica_is_a_vault_of_its_own_with_every_point()
    {
        var points = await CaptureAsync(3);

        var result = await replica.CopyAsync(vault.Store);

        Assert.Equal((3, 0, false), (result.Points, result.Findings.Length, result.IsUnfinished));
        Assert.Empty((await replica.VerifyAsync()).Findings);
        var copy = new SampleVault(time, replica.Store);
        Assert.Equal(points.Select(p => p.SealDigest), (await ListAsync(replica.Store)).Select(p => p.SealDigest));
        foreach (var point in points)
            await copy.RequireReadableAsync(point.Id);
        Assert.Equal(0, (await replica.CopyAsync(vault.Store)).Points);
    }

    [Fact]
    public async Task It_is_kept_from_deletion_on_its_own_terms_and_for_as_long_as_each_point_says()
    {
        var point = await vault.CaptureAsync(new SampleCapture { KeepUntil = NextWeek, Mode = ImmutabilityMode.Unlocked }, "a", "b");
        var (asCaptured, longer) = (
            replica,
            new SampleReplica(time, "longer") { Terms = new(TimeSpan.FromDays(90), ImmutabilityMode.Unlocked) }
        );

        await asCaptured.CopyAsync(vault.Store);
        await longer.CopyAsync(vault.Store);

        var path = VaultPaths.Seal(Cluster, point.Id);
        Assert.All(Kept(asCaptured), v => Assert.True(v.IsLocked && v.Until >= NextWeek));
        Assert.Equal(4, Kept(asCaptured).Count);
        Assert.All(Kept(longer), v => Assert.True(!v.IsLocked && v.Until >= time.Now.AddDays(90)));
        Assert.True(asCaptured.Worm.Container.Find(path, null).Until < time.Now.AddDays(8));
    }

    [Fact]
    public async Task A_pack_that_a_later_point_needs_is_kept_longer()
    {
        await vault.CaptureAsync(new SampleCapture { KeepUntil = NextWeek }, "a");
        await replica.CopyAsync(vault.Store);
        time.Now += TimeSpan.FromDays(6);
        var later = await vault.CaptureAsync(new SampleCapture { KeepUntil = time.Now.AddDays(60) }, "a");

        Assert.Equal(0, (await replica.CopyAsync(vault.Store)).Packs);

        var pack = Assert.Single(replica.Worm.Container.Blobs, b => b.Key.Contains("/packs/", StringComparison.Ordinal));
        Assert.True(pack.Value.Current!.Until >= later.Seal.KeepUntil);
    }

    [Fact]
    public async Task Killed_before_any_write_it_is_a_valid_vault_and_the_next_run_finishes()
    {
        await CaptureAsync(3);
        for (var kill = 1; ; kill++)
        {
            var (into, writes) = (new SampleReplica(time), 0);
            var dying = new FaultyStore(into.Store).Before(call =>
            {
                if (call.Operation == StoreOperation.Create && Interlocked.Increment(ref writes) >= kill)
                    throw new CrashException();
            });
            try
            {
                await into.CopyAsync(vault.Store, dying);
                Assert.True(kill > 10, $"it ended after {kill} writes");
                return;
            }
            catch (CrashException)
            {
                await into.RequireValidAsync($"killed at write {kill}");
            }
            await into.CopyAsync(vault.Store);
            Assert.Empty((await into.VerifyAsync()).Findings);
            Assert.Equal(3, (await ListAsync(into.Store)).Count());
        }
    }

    [Fact]
    public async Task Out_of_time_it_continues_where_it_was()
    {
        await CaptureAsync(3);
        var means = new ReplicationMeans(SealTrust.Anyone, time, new Control.MemoryDocuments());
        for (var run = 0; ; run++)
        {
            var replication = new VaultReplication(vault.Store, replica.Store, Cluster, means);
            var (plan, calls) = (await replication.PlanAsync(default), 0);
            // a few packs at each run
            var result = await replication.ApplyAsync(plan, () => Interlocked.Increment(ref calls) > 3, null, default);
            await replica.RequireValidAsync($"run {run}");
            if (!result.IsUnfinished)
                break;
            Assert.True(run < 20, "it doesn't end");
        }
        Assert.Empty((await replica.VerifyAsync()).Findings);
    }

    [Fact]
    public async Task Where_nothing_is_missing_each_side_is_listed_once_whatever_the_history()
    {
        var counts = new List<(int, int)>();
        foreach (var more in new[] { 2, 10 })
        {
            await CaptureAsync(more);
            await replica.CopyAsync(vault.Store);
            // the seals that it wrote are read once
            await replica.CopyAsync(vault.Store);
            var (here, there) = (new FaultyStore(vault.Store), new FaultyStore(replica.Store));

            await replica.CopyAsync(here, there);

            counts.Add((here.Calls.Count, there.Calls.Count));
        }
        Assert.Equal([(1, 1), (1, 1)], counts);
    }

    [Fact]
    public async Task What_is_damaged_here_keeps_no_later_point_from_the_replica_and_is_copied_once_it_is_whole()
    {
        var first = await vault.CaptureAsync("a", "b");
        var second = await vault.CaptureAsync("c");
        var pack = VaultPaths.Pack(Cluster, (await vault.PartsAsync(first.Id))[0].Pack);
        var whole = worm.Container.Find(pack, null).Content.ToArray();
        worm.Container.Find(pack, null).Content[^1] ^= 1;

        var result = await replica.CopyAsync(vault.Store);

        Assert.Equal(1, result.Points);
        Assert.Contains(result.Findings, f => f.Point == first.Id && f.Message.Contains(pack, StringComparison.Ordinal));
        Assert.All((await replica.VerifyAsync()).Findings.Where(f => f.IsDamage), f => Assert.Equal(first.Id, f.Point));
        await new SampleVault(time, replica.Store).RequireReadableAsync(second.Id);
        Assert.DoesNotContain(pack, replica.Worm.Container.Blobs.Keys);

        whole.CopyTo(worm.Container.Find(pack, null).Content, 0);
        Assert.Equal(1, (await replica.CopyAsync(vault.Store)).Points);
        Assert.Empty((await replica.VerifyAsync()).Findings);
    }

    [Fact]
    public async Task What_someone_wrote_over_a_seal_is_not_copied_and_a_forged_point_is_refused()
    {
        var first = await vault.CaptureAsync("a");
        var path = VaultPaths.Seal(Cluster, first.Id);
        worm.Container.Put(path, "{}"u8.ToArray(), null, false, new Dictionary<string, string>());
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var trust = SealTrust.Of([key.ExportSubjectPublicKeyInfoPem()], required: true);

        Assert.Equal(0, (await replica.CopyAsync(vault.Store, trust: trust)).Points);
        Assert.DoesNotContain(replica.Worm.Container.Blobs.Keys, k => k.EndsWith("seal.json", StringComparison.Ordinal));
        Assert.Equal(1, (await replica.CopyAsync(vault.Store)).Points);

        Assert.Equal(first.SealDigest, ContentDigest.Of(replica.Worm.Container.Find(path, null).Content));
    }

    [Fact]
    public async Task What_the_replica_has_is_never_written_over_or_deleted()
    {
        var first = await vault.CaptureAsync("a");
        var path = VaultPaths.Inventory(Cluster, first.Id);
        replica.Worm.Container.Put(path, "other"u8.ToArray(), null, false, new Dictionary<string, string>());

        var result = await replica.CopyAsync(vault.Store);

        Assert.Contains(result.Findings, f => f.Message.Contains(path, StringComparison.Ordinal));
        Assert.Equal("other"u8.ToArray(), Assert.Single(replica.Worm.Container.Blobs[path].Versions).Content);
        Assert.DoesNotContain(replica.Worm.Container.Blobs.Keys, k => k.EndsWith("seal.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_points_that_expired_before_they_were_copied_the_seals_are_there()
    {
        var old = await vault.CaptureAsync("a");
        time.Now += TimeSpan.FromDays(2);
        var young = await vault.CaptureAsync("b");
        await vault.PruneAsync(new RetentionRule(Last: 1));
        time.Now += TimeSpan.FromDays(8);
        await vault.PruneAsync(new RetentionRule(Last: 1));
        Assert.False(await vault.HasInventoryAsync(old.Id));

        var result = await replica.CopyAsync(vault.Store);

        Assert.Equal((1, 1, 0), (result.Points, result.Seals, result.Findings.Length));
        Assert.Empty((await replica.VerifyAsync()).Findings);
        Assert.Equal(young.Id, Assert.Single(await ListAsync(replica.Store)).Id);
    }

    [Fact]
    public async Task An_unsigned_expiry_hides_no_point_that_the_replica_has()
    {
        var old = await vault.CaptureAsync("a");
        time.Now += TimeSpan.FromDays(2);
        await vault.CaptureAsync("b");
        await replica.CopyAsync(vault.Store);
        await vault.PruneAsync(new RetentionRule(Last: 1));
        Assert.True(await vault.IsExpiredAsync(old.Id));

        await replica.CopyAsync(vault.Store);

        Assert.Equal(2, (await ListAsync(replica.Store)).Count());
    }

    [Fact]
    public async Task A_hold_is_carried_over_and_doesn_t_end_with_the_one_here()
    {
        var point = await vault.CaptureAsync("a");
        await replica.CopyAsync(vault.Store);
        await new PointHolds(vault.Store, Cluster).AddAsync(point.Id, "a", "audit", time.Now, default);

        Assert.Equal(1, (await replica.CopyAsync(vault.Store)).Holds);
        Assert.Equal(0, (await replica.CopyAsync(vault.Store)).Holds);
        await new PointHolds(vault.Store, Cluster).RemoveAsync(point.Id, default);
        await replica.CopyAsync(vault.Store);

        var held = await new PointHolds(replica.Store, Cluster).FindAsync(point.Id, default);
        Assert.Equal(("a", "audit"), (held!.By, held.Reason));
        Assert.True(replica.Worm.Container.Find(VaultPaths.Seal(Cluster, point.Id), null).HasLegalHold);
    }

    [Fact]
    public async Task An_encrypted_vault_is_copied_without_its_key_which_comes_first_and_is_kept_as_long()
    {
        var wrap = PassphraseWrap.Of("correct horse battery staple");
        await new KeyRotation(new KeyedVault(vault.Store, [wrap]), wrap, time).EncryptAsync(EncryptionScope.Everything, default);
        var until = time.Now.AddDays(60);
        var point = await SamplePoint.WriteAsync(
            new KeyedVault(vault.Store, [wrap]),
            [new("secrets", "shop", """{"metadata":{"name":"a"}}""")],
            time.Now,
            new(PointState.Succeeded, until)
        );
        var writes = new FaultyStore(replica.Store);

        var result = await replica.CopyAsync(vault.Store, writes);

        var created = writes.Calls.Where(c => c.Operation == StoreOperation.Create).Select(c => c.Path).ToList();
        Assert.Equal([VaultPaths.Marker, VaultPaths.Key(1)], created[..2]);
        Assert.Equal((1, 0), (result.Points, result.Findings.Length));
        Assert.True(replica.Worm.Container.Find(VaultPaths.Key(1), null).Until >= until);
        var reader = await RecoveryPointReader.OpenAsync(
            new KeyedVault(replica.Store, [wrap]),
            Cluster,
            point.Id,
            SealTrust.Anyone,
            default
        );
        Assert.Equal(1, await reader.ReadSegmentAsync(Assert.Single(reader.Inventory.Segments), default).CountAsync());
    }

    [Fact]
    public async Task A_takeover_counts_until_it_is_returned_and_only_one_gets_each_number()
    {
        var none = await Takeovers.ReadAsync(replica.Store, default);
        var first = await none.AddAsync(replica.Store, [Cluster], "a", "the first region is gone", time.Now, default);
        var refused = await Assert.ThrowsAsync<ArchiveException>(() =>
            none.AddAsync(replica.Store, [Cluster], "b", "me too", time.Now, default)
        );

        Assert.Equal((1, ArchiveFailure.Conflict), (first.Number, refused.Failure));
        Assert.Equal([Cluster], (await Takeovers.ReadAsync(replica.Store, default)).Clusters.AsEnumerable());

        await Takeovers.ReturnAsync(replica.Store, 1, "a", time.Now, default);
        await Takeovers.ReturnAsync(replica.Store, 1, "a", time.Now, default);
        var over = await Takeovers.ReadAsync(replica.Store, default);
        Assert.Equal((0, 1), (over.Clusters.Length, over.Last));
        Assert.Equal(2, (await over.AddAsync(replica.Store, [Cluster], "a", "again", time.Now, default)).Number);
    }

    [Fact]
    public async Task A_takeover_that_can_t_be_read_stops_nothing_and_is_reported()
    {
        await replica.Store.CreateAsync(VaultPaths.Takeover(1), "{}"u8.ToArray(), null, default);

        var read = await Takeovers.ReadAsync(replica.Store, default);

        Assert.Equal((0, 1, 1), (read.Clusters.Length, read.Problems.Length, read.Last));
    }

    [Fact]
    public async Task A_return_that_can_t_be_read_ends_nothing_and_is_reported()
    {
        await new Takeovers([], 0, []).AddAsync(replica.Store, [Cluster], "a", "b", time.Now, default);
        await replica.Store.CreateAsync(VaultPaths.TakeoverReturn(1), "{}"u8.ToArray(), null, default);

        var read = await Takeovers.ReadAsync(replica.Store, default);

        Assert.Equal((1, 1, 1), (read.Clusters.Length, read.Problems.Length, read.Last));
    }

    private async Task<List<SealedPoint>> CaptureAsync(int number)
    {
        var points = new List<SealedPoint>();
        for (var i = 0; i < number; i++)
        {
            time.Now += TimeSpan.FromHours(1);
            points.Add(await vault.CaptureAsync("same", $"n{points.Count}x{time.Now.Ticks}"));
        }
        return points;
    }

    private static async Task<IEnumerable<SealedPoint>> ListAsync(IBlobStore store) =>
        await SealedPoints.ListAsync(store, Cluster, default);

    private static List<WormVersion> Kept(SampleReplica of) =>
        [.. of.Worm.Container.Blobs.Where(b => b.Key != VaultPaths.Marker).SelectMany(b => b.Value.Versions)];

    private sealed class CrashException : Exception;
}
