using Holdfast.Archive.Format;
using Holdfast.Archive.Format.Documents;
using Holdfast.Archive.Points;
using Holdfast.Archive.Signing;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Points;

public sealed class PointCatalogTests
{
    private readonly MemoryStore vault = new(TimeProvider.System);

    private PointCatalog Catalog => new(vault, SealTrust.Anyone);

    [Fact]
    public async Task A_point_is_found_by_its_id_its_beginning_its_digits_and_as_the_latest()
    {
        var (first, second) = (await WriteAsync(0), await WriteAsync(60));

        foreach (var text in (string[])[first.Id.ToString(), first.Id.ToString()[..^3], first.Id.ToString()[^6..]])
            Assert.Equal(first.Id, (await Catalog.FindAsync(SamplePoint.Cluster, text, default)).Id);
        Assert.Equal(second.Id, (await Catalog.FindAsync(null, "latest", default)).Id);
        Assert.Equal([first.Id, second.Id], (await Catalog.ListAsync(null, default)).Select(p => p.Id));
    }

    [Fact]
    public async Task The_latest_is_the_one_that_was_sealed_last_whatever_its_clock_said()
    {
        await WriteAsync(60);
        var last = await WriteAsync(0);

        Assert.Equal(last.Id, (await Catalog.FindAsync(null, "latest", default)).Id);
    }

    [Fact]
    public async Task An_ambiguous_id_lists_its_points_and_an_unknown_one_the_nearest()
    {
        var (first, second) = (await WriteAsync(0), await WriteAsync(60));

        var several = await Assert.ThrowsAsync<ArchiveException>(() => Catalog.FindAsync(null, "20261122", default));
        var none = await Assert.ThrowsAsync<ArchiveException>(() => Catalog.FindAsync(null, second.Id.ToString()[..14] + "x", default));

        Assert.Contains(first.Id.ToString(), several.Message);
        Assert.Contains(second.Id.ToString(), several.Message);
        Assert.Equal(ArchiveFailure.NotFound, none.Failure);
        Assert.Contains($"The nearest are {second.Id}", none.Message);
    }

    [Fact]
    public async Task Finding_a_point_costs_as_many_calls_among_eighty_points_as_among_twenty()
    {
        var costs = new List<string>();
        foreach (var points in (int[])[20, 80])
        {
            var (store, last) = (new MemoryStore(TimeProvider.System), "");
            for (var i = 0; i < points; i++)
                last = (await WriteAsync(store, i * 60)).Id.ToString();
            var calls = new List<int>();
            // one, its beginning, its digits; many; none
            foreach (var text in (string[])[last, last[..^7], last[^6..], "2026112", "20991122", "ffffff", "latest"])
                calls.Add(await CallsAsync(store, text));
            costs.Add(string.Join(' ', calls));
        }

        Assert.Equal(costs[0], costs[1]);
    }

    [Fact]
    public async Task A_point_that_is_expired_is_neither_found_nor_makes_another_ambiguous()
    {
        var (first, second) = (await WriteAsync(0), await WriteAsync(60));
        var expiry = new PointExpiry
        {
            Point = first.Id,
            ExpiredAt = SamplePoint.Time.AddDays(1),
            Rule = "keep daily 1",
        };
        await vault.CreateAsync(VaultPaths.Expired(SamplePoint.Cluster, first.Id), expiry.ToBytes(), null, default);

        var gone = await Assert.ThrowsAsync<ArchiveException>(() => Catalog.FindAsync(null, first.Id.ToString(), default));

        Assert.Equal(second.Id, (await Catalog.FindAsync(null, "20261122", default)).Id);
        Assert.Contains($"The nearest are {second.Id}", gone.Message);
    }

    [Theory]
    [InlineData("202"), InlineData(""), InlineData("2026*"), InlineData("../seal")]
    public async Task Less_than_four_characters_or_no_id_at_all_find_nothing(string text)
    {
        await WriteAsync(0);

        Assert.Equal(
            ArchiveFailure.NotFound,
            (await Assert.ThrowsAsync<ArchiveException>(() => Catalog.FindAsync(null, text, default))).Failure
        );
    }

    [Fact]
    public async Task An_empty_vault_says_how_to_fill_it()
    {
        var nothing = await Assert.ThrowsAsync<ArchiveException>(() => Catalog.FindAsync(null, "latest", default));

        Assert.Contains("'capture'", nothing.Message);
    }

    private static async Task<int> CallsAsync(MemoryStore store, string text)
    {
        var counted = new FaultyStore(store);
        try
        {
            await new PointCatalog(counted, SealTrust.Anyone).FindAsync(null, text, default);
        }
        catch (ArchiveException e) when (e.Failure == ArchiveFailure.NotFound)
        {
            // none, or too many: that has to be bounded, too
        }
        return counted.Calls.Count;
    }

    private Task<SealedPoint> WriteAsync(int seconds) => WriteAsync(vault, seconds);

    private static Task<SealedPoint> WriteAsync(MemoryStore vault, int seconds) =>
        SamplePoint.WriteAsync(vault, [new("configmaps", "shop", $$"""{"a":{{seconds}}}""")], SamplePoint.Time.AddSeconds(seconds));
}
