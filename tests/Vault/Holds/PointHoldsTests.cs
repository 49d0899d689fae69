using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Holds;
using Holdfast.Vault.Tests.Pruning;

namespace Holdfast.Vault.Tests.Holds;

/// <summary>Holds on a vault whose storage has legal holds of its own, and on one without.</summary>
public sealed class PointHoldsTests
{
    private static readonly ClusterName Cluster = SampleVault.Cluster;
    private readonly HastyTime time = new(SampleVault.Begin);
    private readonly WormVault worm;

    public PointHoldsTests() => worm = new(time);

    private PointHolds Holds => new(worm.Store, Cluster);

    [Fact]
    public async Task Every_blob_that_a_held_point_needs_is_under_the_storages_legal_hold()
    {
        var point = await CaptureAsync(worm.Store, "a", "b");

        var result = await HoldAsync(point);

        Assert.Equal((true, new StorageHold(4, 0, 0, null)), (result.IsChanged, result.Storage));
        Assert.Equal(4, Held().Length);
        Assert.Contains(VaultPaths.Seal(Cluster, point.Id), Held());
        Assert.Contains(VaultPaths.Inventory(Cluster, point.Id), Held());
        foreach (var path in Held())
        {
            var entries = await worm.Store.ListAsync(path, default).ToListAsync();
            var refused = await Assert.ThrowsAsync<ArchiveException>(() => BlobRemoval.RemoveAsync(worm.Store, path, entries, default));
            Assert.Equal(ArchiveFailure.Immutable, refused.Failure);
        }
    }

    [Fact]
    public async Task A_pack_that_two_held_points_need_stays_held_until_the_last_is_released()
    {
        var first = await CaptureAsync(worm.Store, "a", "b");
        var second = await CaptureAsync(worm.Store, "b", "c");
        await HoldAsync(first);
        await HoldAsync(second);

        var released = await Holds.RemoveAsync(first.Id, default);

        Assert.Equal((true, new StorageHold(3, 1, 0, null)), (released.IsChanged, released.Storage));
        Assert.Equal((await NeedsAsync(second)).Order(StringComparer.Ordinal), Held());
        await Holds.RemoveAsync(second.Id, default);
        Assert.Empty(Held());
        Assert.Null(await Holds.FindAsync(second.Id, default));
    }

    [Fact]
    public async Task A_point_that_is_held_while_another_is_released_keeps_what_both_need()
    {
        var first = await CaptureAsync(worm.Store, "a", "b");
        var second = await CaptureAsync(worm.Store, "b");
        await HoldAsync(first);
        // after it was looked which points are held, and before the first blob is released
        var held = new Lazy<Task>(() => HoldAsync(second));
        var store = new FaultyStore(worm.Store).Before(
            (call, _) => call.Operation == StoreOperation.Hold ? held.Value : Task.CompletedTask
        );

        await new PointHolds(store, Cluster).RemoveAsync(first.Id, default);

        Assert.Equal((await NeedsAsync(second)).Order(StringComparer.Ordinal), Held());
    }

    [Fact]
    public async Task A_hold_that_was_cut_short_is_completed_by_repeating_it()
    {
        var point = await CaptureAsync(worm.Store, "a", "b");
        var cut = new FaultyStore(worm.Store).FailFrom(StoreOperation.Hold, 1);
        await Assert.ThrowsAsync<ArchiveException>(() => HoldAsync(point, cut));

        var result = await HoldAsync(point);

        Assert.Equal((false, 4), (result.IsChanged, result.Storage!.Blobs));
        Assert.Equal(4, Held().Length);
    }

    [Fact]
    public async Task A_release_that_was_cut_short_leaves_the_point_held_and_is_completed_by_repeating_it()
    {
        var point = await CaptureAsync(worm.Store, "a", "b");
        await HoldAsync(point);
        var cut = new FaultyStore(worm.Store).Fail(StoreOperation.Delete, 1);
        await Assert.ThrowsAsync<ArchiveException>(() => new PointHolds(cut, Cluster).RemoveAsync(point.Id, default));
        Assert.NotNull(await Holds.FindAsync(point.Id, default));

        Assert.True((await Holds.RemoveAsync(point.Id, default)).IsChanged);

        Assert.Empty(Held());
    }

    [Fact]
    public async Task A_storages_hold_counts_though_someone_deleted_what_says_who_holds_the_point()
    {
        var vault = new SampleVault(time, worm.Store);
        var point = await CaptureAsync(worm.Store, "a");
        await HoldAsync(point);
        await CaptureAsync(worm.Store, "b");
        worm.Container.Delete(VaultPaths.Hold(Cluster, point.Id), null);

        await vault.PruneAsync(new(Last: 1));
        time.Now += TimeSpan.FromDays(20);
        await vault.PruneAsync(new(Last: 1));

        Assert.False(await vault.IsExpiredAsync(point.Id));
        Assert.True((await Holds.RemoveAsync(point.Id, default)) is { IsChanged: false, Storage.Blobs: 3 });
        Assert.Empty(Held());
    }

    [Fact]
    public async Task What_is_missing_of_a_held_point_is_counted_and_its_unreadable_inventory_is_named()
    {
        var point = await CaptureAsync(worm.Store, "a", "b");
        var pack = (await NeedsAsync(point)).First(p => p.EndsWith(".ndjson.gz", StringComparison.Ordinal));
        await BlobRemoval.RemoveAsync(worm.Store, pack, await worm.Store.ListAsync(pack, default).ToListAsync(), default);
        var other = await CaptureAsync(worm.Store, "c");
        var tampered = new TamperedStore(worm.Store);
        await tampered.CutAsync(VaultPaths.Inventory(Cluster, other.Id), 20);

        Assert.Equal(new StorageHold(3, 0, 1, null), (await HoldAsync(point)).Storage);
        var damaged = (await HoldAsync(other, tampered)).Storage!;
        Assert.Equal((2, true), (damaged.Blobs, damaged.Problem is not null));
    }

    [Fact]
    public async Task Where_the_storage_has_no_legal_holds_only_the_document_holds()
    {
        var plain = new WormVault(time, new() { Immutability = false });
        var point = await CaptureAsync(plain.Store, "a");
        var holds = new PointHolds(plain.Store, Cluster);

        Assert.Null((await holds.AddAsync(point.Id, "ann", "audit", time.Now, default)).Storage);
        Assert.Equal(("ann", "audit"), (await holds.FindAsync(point.Id, default)) is { } hold ? (hold.By, hold.Reason) : default);
        Assert.Equal(new HoldResult(true, null), await holds.RemoveAsync(point.Id, default));
    }

    private Task<SealedPoint> CaptureAsync(IBlobStore store, params string[] contents)
    {
        time.Now += TimeSpan.FromHours(1);
        return new SampleVault(time, store).CaptureAsync(contents);
    }

    private Task<HoldResult> HoldAsync(SealedPoint point, IBlobStore? store = null) =>
        new PointHolds(store ?? worm.Store, Cluster).AddAsync(point.Id, "ann", "audit", time.Now, default);

    private ImmutableArray<string> Held() =>
        [.. worm.Container.Blobs.Where(b => b.Value.Versions.Exists(v => v.HasLegalHold)).Select(b => b.Key).Order(StringComparer.Ordinal)];

    private async Task<List<string>> NeedsAsync(SealedPoint point)
    {
        var inventory = await RecoveryPointReader.FindInventoryAsync(worm.Store, Cluster, point.Id, default);
        var packs = inventory!.Segments.SelectMany(s => s.Parts).Select(p => VaultPaths.Pack(Cluster, p.Pack)).Distinct();
        return [VaultPaths.Seal(Cluster, point.Id), VaultPaths.Inventory(Cluster, point.Id), .. packs];
    }
}
