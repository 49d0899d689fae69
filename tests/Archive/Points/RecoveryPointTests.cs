using System.Text;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Archive.Verification;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Archive.Tests.Points;

public sealed class RecoveryPointTests
{
    private static readonly SampleSegment[] Shop =
    [
        new("configmaps", "shop", """{"a":1}""", """{"a":2}"""),
        new("secrets", "shop", """{"b":1}"""),
        new("namespaces", null, """{"n":1}"""),
        new("pods", "shop"),
    ];

    private readonly MemoryStore store = new();

    [Fact]
    public async Task What_was_sealed_is_read_back()
    {
        var point = await SamplePoint.WriteAsync(store, Shop);
        var reader = await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, point.Id, default);

        Assert.Equal(point.Seal.Inventory, reader.Seal.Inventory);
        Assert.Equal(["configmaps", "namespaces", "pods", "secrets"], reader.Inventory.Segments.Select(s => s.Resource));
        Assert.Equal(["""{"a":1}""", """{"a":2}"""], await ReadAsync(reader, reader.Inventory.Segments[0]));
        Assert.Empty(await ReadAsync(reader, reader.Inventory.Segments[2]));
        Assert.Equal(4, reader.Seal.Objects);
    }

    [Fact]
    public async Task Sealing_the_same_inventory_again_writes_nothing_and_gives_the_same_point()
    {
        var counted = new FaultyStore(store);
        var writer = new RecoveryPointWriter(counted, SamplePoint.Cluster, null, new FakeTimeProvider(SamplePoint.Time));
        var inventory = SamplePoint.InventoryOf(await SamplePoint.PackAsync(writer, Shop));
        var first = await writer.SealAsync(inventory, new(PointState.Succeeded, null), default);
        var writes = counted.Count(StoreOperation.Create);

        var again = await writer.SealAsync(
            inventory with
            {
                Segments = [.. inventory.Segments.Reverse()],
            },
            new(PointState.Succeeded, null),
            default
        );

        Assert.Equal(first.SealDigest, again.SealDigest);
        Assert.Equal(writes, counted.Count(StoreOperation.Create));
    }

    [Fact]
    public async Task A_seal_names_the_heads_it_saw_and_counts_on()
    {
        var first = await SamplePoint.WriteAsync(store, Shop);
        var second = await SamplePoint.WriteAsync(store, Shop, SamplePoint.Time.AddHours(1));
        var third = await SamplePoint.WriteAsync(store, Shop, SamplePoint.Time.AddHours(-2));

        Assert.Equal([1L, 2L, 3L], [first.Seal.Sequence, second.Seal.Sequence, third.Seal.Sequence]);
        Assert.Equal([new PreviousSeal(second.Id, second.SealDigest)], third.Seal.Previous.ToArray());
        Assert.Equal(
            [first.Id, second.Id, third.Id],
            (await SealedPoints.ListAsync(store, SamplePoint.Cluster, default)).Select(p => p.Id)
        );
        Assert.Equal(third.Id, (await ChainEnd.FindAsync(store, SamplePoint.Cluster, SealTrust.Anyone, default)).Latest!.Id);
    }

    [Fact]
    public async Task Sealing_and_finding_the_latest_read_no_more_seals_the_longer_the_history_is()
    {
        var time = new FakeTimeProvider(SamplePoint.Time);
        var counted = new FaultyStore(new MemoryStore(time));
        for (var day = 0; day < 30; day++)
        {
            time.SetUtcNow(SamplePoint.Time.AddDays(2 * day));
            await SamplePoint.WriteAsync(counted, Shop, time.GetUtcNow());
        }
        var latest = (await ChainEnd.FindAsync(counted, SamplePoint.Cluster, SealTrust.Anyone, default)).Latest;

        Assert.Equal(30, latest!.Seal.Sequence);
        Assert.Single(latest.Seal.Previous);
        var seals = counted
            .Calls.Where(c => c.Operation == StoreOperation.Read && c.Path.EndsWith("seal.json", StringComparison.Ordinal))
            .GroupBy(c => c.Path);
        Assert.All(seals, s => Assert.True(s.Count() <= 3, $"{s.Key} was read {s.Count()} times"));
    }

    [Fact]
    public async Task Two_captures_at_once_make_two_heads_and_the_next_seal_names_both()
    {
        var both = new CountdownEvent(2);
        var race = new FaultyStore(store)
            .Before(call =>
            {
                if (call.Operation == StoreOperation.Create && call.Path.EndsWith("seal.json", StringComparison.Ordinal) && !both.IsSet)
                    both.Signal();
                return;
            })
            .Before(
                (call, cancellation) =>
                    call.Path.EndsWith("seal.json", StringComparison.Ordinal) && call.Operation == StoreOperation.Create
                        ? Task.Run(() => both.Wait(cancellation), cancellation)
                        : Task.CompletedTask
            );
        await Task.WhenAll(
            Task.Run(() => SamplePoint.WriteAsync(race, Shop)),
            Task.Run(() => SamplePoint.WriteAsync(race, Shop, SamplePoint.Time.AddSeconds(1)))
        );

        var next = await SamplePoint.WriteAsync(store, Shop, SamplePoint.Time.AddHours(1));

        Assert.Equal(2, next.Seal.Previous.Length);
        Assert.Equal(2, next.Seal.Sequence);
    }

    [Fact]
    public async Task A_point_without_its_seal_is_not_there()
    {
        var cut = new FaultyStore(store).Before(call =>
        {
            if (call.Operation == StoreOperation.Create && call.Path.EndsWith("seal.json", StringComparison.Ordinal))
                throw new ArchiveException(ArchiveFailure.Unreachable, "cut");
        });
        await Assert.ThrowsAsync<ArchiveException>(() => SamplePoint.WriteAsync(cut, Shop));

        Assert.Empty(await SealedPoints.ListAsync(store, SamplePoint.Cluster, default));
    }

    [Fact]
    public async Task A_capture_older_than_three_days_is_not_sealed()
    {
        var writer = new RecoveryPointWriter(
            store,
            SamplePoint.Cluster,
            null,
            new FakeTimeProvider(SamplePoint.Time.AddDays(3).AddSeconds(1))
        );
        var inventory = SamplePoint.InventoryOf(await SamplePoint.PackAsync(writer, Shop));

        var failure = await Assert.ThrowsAsync<ArchiveException>(() =>
            writer.SealAsync(inventory, new(PointState.Succeeded, null), default)
        );

        Assert.Equal(ArchiveFailure.Conflict, failure.Failure);
    }

    [Fact]
    public async Task A_pack_that_is_gone_is_named_so_that_it_can_be_written_again()
    {
        var first = new RecoveryPointWriter(store, SamplePoint.Cluster, null, new FakeTimeProvider(SamplePoint.Time));
        var inventory = SamplePoint.InventoryOf(await SamplePoint.PackAsync(first, Shop));
        var pack = inventory.Segments[0].Parts[0].Pack;
        var tampered = new TamperedStore(store);
        tampered.Remove(VaultPaths.Pack(SamplePoint.Cluster, pack));
        var second = new RecoveryPointWriter(tampered, SamplePoint.Cluster, null, new FakeTimeProvider(SamplePoint.Time));

        var failure = await Assert.ThrowsAsync<ArchiveException>(() =>
            second.SealAsync(inventory, new(PointState.Succeeded, null), default)
        );

        Assert.Equal(ArchiveFailure.NotFound, failure.Failure);
        Assert.Equal([pack], failure.LostPacks.ToArray());
        Assert.Contains(pack.ToString(), failure.Message);
    }

    [Fact]
    public async Task Packs_that_a_new_point_names_are_kept_for_it_in_steps_of_thirty_days()
    {
        var time = new FakeTimeProvider(SamplePoint.Time);
        var counted = new FaultyStore(store);
        var writer = new RecoveryPointWriter(counted, SamplePoint.Cluster, new(time.GetUtcNow().AddDays(7)), time);
        var packed = await SamplePoint.PackAsync(writer, Shop);
        await writer.SealAsync(SamplePoint.InventoryOf(packed), new(PointState.Succeeded, time.GetUtcNow().AddDays(7)), default);
        Assert.Equal(0, counted.Count(StoreOperation.Extend));

        for (var day = 1; day <= 20; day++)
        {
            time.SetUtcNow(SamplePoint.Time.AddDays(day));
            var until = time.GetUtcNow().AddDays(7);
            var daily = new RecoveryPointWriter(counted, SamplePoint.Cluster, new(until), time);
            await daily.SealAsync(SamplePoint.InventoryOf(packed, time.GetUtcNow()), new(PointState.Succeeded, until), default);
            var pack = (await store.ListAsync(VaultPaths.Packs(SamplePoint.Cluster), default).ToListAsync())[0];
            Assert.True(pack.ImmutableUntil >= until);
        }
        Assert.InRange(counted.Count(StoreOperation.Extend), 1, 2);
    }

    [Fact]
    public async Task A_pack_that_can_not_be_kept_for_long_enough_is_written_again_and_the_point_names_the_new_version()
    {
        var time = new FakeTimeProvider(SamplePoint.Time);
        var first = await SamplePoint.WriteAsync(store, Shop, request: new(PointState.Succeeded, time.GetUtcNow().AddDays(7)));
        time.Advance(TimeSpan.FromHours(1));
        var until = time.GetUtcNow().AddDays(90);
        var refusing = new FaultyStore(store).FailFrom(StoreOperation.Extend, 1, ArchiveFailure.Conflict);
        var writer = new RecoveryPointWriter(refusing, SamplePoint.Cluster, new(until), time);
        var reader = await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, first.Id, default);
        var reused = reader.Inventory with { PinnedAt = time.GetUtcNow(), Infrastructure = null };
        var lost = await Assert.ThrowsAsync<ArchiveException>(() => writer.SealAsync(reused, new(PointState.Succeeded, until), default));
        Assert.NotEmpty(lost.LostPacks);

        var again = SamplePoint.InventoryOf(await SamplePoint.PackAsync(writer, Shop), time.GetUtcNow());
        var second = await writer.SealAsync(again, new(PointState.Succeeded, until), default);

        var named = (await RecoveryPointReader.OpenAsync(store, SamplePoint.Cluster, second.Id, default)).Inventory.Segments[0].Parts[0];
        var versions = await store.ListAsync(VaultPaths.Pack(SamplePoint.Cluster, named.Pack), default).ToListAsync();
        Assert.Equal(2, versions.Count);
        Assert.Equal(named.PackVersion, versions[1].Version);
        Assert.True(versions[1].ImmutableUntil >= until);
        Assert.Empty((await PointVerifier.VerifyAsync(store, SamplePoint.Cluster, null, SealTrust.Anyone, null, default)).Findings);
    }

    [Fact]
    public async Task A_pack_that_could_be_taken_back_is_locked_when_a_new_point_is_to_be_locked()
    {
        var until = SamplePoint.Time.AddDays(7);
        await SamplePoint.WriteAsync(store, Shop, request: new(PointState.Succeeded, until) { Mode = ImmutabilityMode.Unlocked });

        await SamplePoint.WriteAsync(store, Shop, SamplePoint.Time.AddHours(1), new(PointState.Succeeded, until.AddDays(-1)));

        var pack = Assert.Single(await store.ListAsync(VaultPaths.Packs(SamplePoint.Cluster), default).ToListAsync());
        Assert.Equal(ImmutabilityMode.Locked, pack.Term!.Value.Mode);
        Assert.True(pack.Term.Value.Until >= until);
    }

    [Fact]
    public async Task A_vault_of_a_newer_format_is_not_written_to()
    {
        store.Overwrite(VaultPaths.Marker, Encoding.UTF8.GetBytes("""{"format":"holdfast-vault","version":2}"""));

        var failure = await Assert.ThrowsAsync<ArchiveException>(() => SamplePoint.WriteAsync(store, Shop));

        Assert.Equal(ArchiveFailure.NewerVersion, failure.Failure);
    }

    private static async Task<string[]> ReadAsync(RecoveryPointReader reader, Segment segment) =>
        [.. (await reader.ReadSegmentAsync(segment, default).ToListAsync()).Select(m => Encoding.UTF8.GetString(m.Span))];
}
