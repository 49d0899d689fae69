using System.Security.Cryptography;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.Control;
using Holdfast.TestKit.Stores;
using Holdfast.Vault.Catalogue;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Vault.Tests.Catalogue;

public sealed class VaultCatalogueTests
{
    private readonly FakeTimeProvider time = new(SamplePoint.Time);
    private readonly MemoryDocuments cache = new();
    private MemoryStore vault;

    public VaultCatalogueTests() => vault = new(time);

    [Fact]
    public async Task A_listing_costs_as_many_calls_after_a_thousand_points_as_after_ten()
    {
        var few = await CostAsync(10);
        var many = await CostAsync(1000);

        Assert.Equal(few, many);
    }

    [Fact]
    public async Task A_new_point_costs_one_read()
    {
        await WriteAsync(1);
        await WriteAsync(2);
        var (first, same) = (await CallsAsync(), await CallsAsync());
        await WriteAsync(3);
        var next = await CallsAsync();

        Assert.Equal((2, 0, 1), (first.Count(StoreOperation.Read), same.Count(StoreOperation.Read), next.Count(StoreOperation.Read)));
    }

    [Fact]
    public async Task It_lists_what_the_vault_holds_with_an_empty_a_full_and_a_half_filled_cache()
    {
        for (var hour = 1; hour <= 3; hour++)
        {
            await WriteAsync(hour);
            var listed = await ListAsync();
            var sealedPoints = await SealedPoints.ListAsync(vault, SamplePoint.Cluster, default);

            Assert.Equal(sealedPoints.Select(p => p.SealDigest), listed.Points.Select(p => p.Point.SealDigest));
            Assert.Empty(listed.Faults);
        }
    }

    [Fact]
    public async Task A_seal_that_was_replaced_since_it_was_listed_is_a_fault_that_stays()
    {
        vault = new(time, versions: false);
        var (first, second) = (await WriteAsync(1), await WriteAsync(2));
        await ListAsync();
        time.Advance(TimeSpan.FromHours(1));
        var path = VaultPaths.Seal(SamplePoint.Cluster, second.Id);
        vault.Overwrite(path, (await vault.ReadAsync(VaultPaths.Seal(SamplePoint.Cluster, first.Id), null, default))!);

        for (var i = 0; i < 2; i++)
            Assert.Contains((await ListAsync()).Faults, fault => fault.Contains(path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_newest_seal_that_is_gone_is_a_fault_though_no_other_names_it()
    {
        vault = new(time, versions: false);
        await WriteAsync(1);
        var last = await WriteAsync(2);
        await ListAsync();
        time.Advance(TimeSpan.FromDays(400));
        await vault.DeleteAsync(VaultPaths.Seal(SamplePoint.Cluster, last.Id), null, default);

        var listed = await ListAsync();

        Assert.Single(listed.Points);
        Assert.Contains(last.Id.ToString(), Assert.Single(listed.Faults));
    }

    [Fact]
    public async Task A_vault_that_was_copied_to_its_place_is_read_once_more_and_is_no_fault()
    {
        await WriteAsync(1);
        await ListAsync();
        var copy = new MemoryStore(new FakeTimeProvider(SamplePoint.Time.AddYears(1)));
        await foreach (var blob in vault.ListAsync("", default))
            await copy.CreateAsync(blob.Path, (await vault.ReadAsync(blob.Path, null, default))!, null, default);
        vault = copy;

        var (first, then) = (await CallsAsync(), await CallsAsync());

        Assert.Empty((await ListAsync()).Faults);
        Assert.Equal((1, 0), (first.Count(StoreOperation.Read), then.Count(StoreOperation.Read)));
    }

    [Fact]
    public async Task A_cache_that_is_damaged_or_can_not_be_reached_changes_nothing()
    {
        var point = await WriteAsync(1);
        await ListAsync();
        await foreach (var path in cache.ListAsync("", null, default))
            await cache.PutAsync(path, "no gzip"u8.ToArray(), default);

        Assert.Equal(point.Id, Assert.Single((await ListAsync()).Points).Point.Id);
        var broken = new FaultyDocuments(cache, (_, path) => throw new ControlException(ControlFailure.Unreachable, path, "injected"));
        var listed = await new VaultCatalogue(vault, SealTrust.Anyone, broken).ListAsync(null, PointSearch.All, default);
        Assert.Equal(point.Id, Assert.Single(listed.Points).Point.Id);
    }

    [Fact]
    public async Task A_reading_that_was_cut_short_is_continued()
    {
        for (var hour = 1; hour <= 40; hour++)
            await WriteAsync(hour);
        var cut = new FaultyStore(vault).FailFrom(StoreOperation.Read, 21);
        await Assert.ThrowsAsync<ArchiveException>(() => CatalogueOf(cut).ListAsync(null, PointSearch.All, default));

        Assert.InRange((await CallsAsync()).Count(StoreOperation.Read), 1, 39);
    }

    [Fact]
    public async Task A_seal_from_the_cache_is_asked_for_its_signature_too()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signer = SealSigner.FromPem(key.ExportPkcs8PrivateKeyPem());
        await WriteAsync(1, request: new(PointState.Succeeded, null, signer));
        await ListAsync();
        using var other = SealSigner.FromPem(ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKeyPem());

        var trust = SealTrust.Of([await other.PublicKeyAsync(default)], required: true);

        var listed = await CatalogueOf(vault, trust).ListAsync(null, PointSearch.All, default);

        Assert.NotNull(Assert.Single(listed.Points).Untrusted);
    }

    [Fact]
    public async Task Points_are_found_by_time_policy_and_namespace_and_an_inventory_is_read_once()
    {
        var (nightly, byHand) = (await WriteAsync(1, "shop", "nightly"), await WriteAsync(2, "shop"));
        var other = await WriteAsync(3, "bank", "nightly");

        Assert.Equal([nightly.Id, other.Id], await FindAsync(new() { Policy = PolicyName.Parse("nightly") }));
        Assert.Equal([nightly.Id, byHand.Id], await FindAsync(new() { Namespace = "shop" }));
        Assert.Equal([nightly.Id], await FindAsync(new() { Namespace = "shop", Policy = PolicyName.Parse("nightly") }));
        Assert.Equal([byHand.Id, other.Id], await FindAsync(new() { Since = byHand.Seal.PinnedAt }));
        Assert.Equal([nightly.Id, byHand.Id], await FindAsync(new() { Until = byHand.Seal.PinnedAt }));
        Assert.Equal(0, (await CallsAsync(new() { Namespace = "shop" })).Count(StoreOperation.Read));
    }

    [Fact]
    public async Task A_point_whose_inventory_can_not_be_read_is_not_found_and_named()
    {
        vault = new(time, versions: false);
        var point = await WriteAsync(1);
        await vault.DeleteAsync(VaultPaths.Inventory(SamplePoint.Cluster, point.Id), null, default);

        var found = await CatalogueOf(vault).ListAsync(null, new() { Namespace = "shop" }, default);

        Assert.Empty(found.Points);
        Assert.Contains(point.Id.ToString(), Assert.Single(found.Faults));
    }

    [Fact]
    public async Task Opening_a_point_to_show_it_costs_as_many_calls_after_fifty_points_as_after_five()
    {
        var (point, costs) = (await WriteAsync(0), new List<int>());
        for (var hour = 1; hour <= 50; hour++)
        {
            await WriteAsync(hour);
            if (hour is not (5 or 50))
                continue;
            await ListAsync();
            var counted = new FaultyStore(vault);
            var opened = await CatalogueOf(counted).OpenAsync(SamplePoint.Cluster, point.Id, default);
            Assert.Single(await opened.ReadSegmentAsync(opened.Inventory.Segments[0], default).ToListAsync());
            costs.Add(counted.Calls.Count);
        }

        Assert.Equal(costs[0], costs[1]);
    }

    [Fact]
    public async Task The_newest_point_of_each_policy_is_found_a_few_inventories_at_a_time()
    {
        var monthly = await WriteAsync(1, policy: "monthly");
        for (var hour = 2; hour <= 9; hour++)
            await WriteAsync(hour, policy: "hourly");
        var hourly = await WriteAsync(10, policy: "hourly");
        await WriteAsync(11);
        var points = await SealedPoints.ListAsync(vault, SamplePoint.Cluster, default);

        var (first, firstReads) = await PoliciesAsync(points, 6);
        var (second, secondReads) = await PoliciesAsync(points, 6);
        var (_, thirdReads) = await PoliciesAsync(points, 6);

        Assert.Equal([("hourly", hourly.Id)], first.Newest.Select(p => (p.Key, p.Value.Id)));
        Assert.Equal((5, 0), (first.Unsearched, second.Unsearched));
        Assert.Equal(monthly.Id, second.Newest["monthly"].Id);
        Assert.Equal(hourly.Id, second.Newest["hourly"].Id);
        Assert.Equal((6, 5, 0), (firstReads, secondReads, thirdReads));
    }

    [Theory]
    [
        InlineData("2026-11-22", false, "2026-11-22T00:00:00.0000000+00:00"),
        InlineData("2026-11-22", true, "2026-11-22T23:59:59.9999999+00:00"),
        InlineData("9999-12-31", true, "9999-12-31T00:00:00.0000000+00:00"),
        InlineData("2026-11-22T07:30:00+02:00", false, "2026-11-22T05:30:00.0000000+00:00"),
        InlineData("2026-11-22T05:30Z", false, "2026-11-22T05:30:00.0000000+00:00"),
        InlineData("2d", false, "2026-11-20T05:30:00.0000000+00:00"),
        InlineData("36h", true, "2026-11-20T17:30:00.0000000+00:00"),
        InlineData("yesterday", false, null),
        InlineData("2026-13-01", false, null),
        InlineData("", false, null)
    ]
    public void A_time_is_a_date_an_instant_or_a_duration_before_now(string text, bool end, string? expected) =>
        Assert.Equal(expected, SearchTime.TryParse(text, SamplePoint.Time, end, out var found) ? found.ToString("O", null) : null);

    private async Task<(int Listed, int AfterOneMore)> CostAsync(int points)
    {
        vault = new(time);
        var kept = new MemoryDocuments();
        for (var i = 0; i < points; i++)
            await WriteAsync(i);
        await CatalogueOf(vault, documents: kept).ListAsync(null, PointSearch.All, default);
        var (warm, after) = (new FaultyStore(vault), new FaultyStore(vault));
        var listed = await CatalogueOf(warm, documents: kept).ListAsync(null, PointSearch.All, default);
        await WriteAsync(points);
        var more = await CatalogueOf(after, documents: kept).ListAsync(SamplePoint.Cluster, PointSearch.All, default);

        Assert.Equal((points, points + 1), (listed.Points.Length, more.Points.Length));
        return (warm.Calls.Count, after.Calls.Count);
    }

    private async Task<(PolicyPoints Found, int Reads)> PoliciesAsync(IEnumerable<SealedPoint> points, int most)
    {
        var counted = new FaultyStore(vault);
        var found = await CatalogueOf(counted).NewestOfPoliciesAsync(SamplePoint.Cluster, points, most, default);
        return (found, counted.Count(StoreOperation.Read));
    }

    private async Task<FaultyStore> CallsAsync(PointSearch? search = null)
    {
        var counted = new FaultyStore(vault);
        await CatalogueOf(counted).ListAsync(SamplePoint.Cluster, search ?? PointSearch.All, default);
        return counted;
    }

    private async Task<IEnumerable<PointId>> FindAsync(PointSearch search) =>
        (await CatalogueOf(vault).ListAsync(null, search, default)).Points.Select(p => p.Point.Id);

    private Task<CheckedPoints> ListAsync() => CatalogueOf(vault).ListAsync(null, PointSearch.All, default);

    private VaultCatalogue CatalogueOf(IBlobStore store, SealTrust? trust = null, IDocumentStore? documents = null) =>
        new(store, trust ?? SealTrust.Anyone, documents ?? cache);

    private async Task<SealedPoint> WriteAsync(int hour, string ns = "shop", string? policy = null, SealRequest? request = null)
    {
        var at = SamplePoint.Time.AddHours(hour);
        var writer = new RecoveryPointWriter(vault, SamplePoint.Cluster, null, new FakeTimeProvider(at));
        var packed = await SamplePoint.PackAsync(writer, [new("configmaps", ns, $$"""{"metadata":{"name":"a"},"hour":{{hour}}}""")]);
        return await writer.SealAsync(
            SamplePoint.InventoryOf(packed, at) with
            {
                Policy = policy is null ? null : JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["name"] = policy }),
            },
            request ?? new SealRequest(PointState.Succeeded, null),
            default
        );
    }
}
