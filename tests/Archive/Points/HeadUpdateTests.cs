using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;

namespace Holdfast.Archive.Tests.Points;

public sealed class HeadUpdateTests
{
    private readonly MemoryStore store = new();
    private int hours;

    [Fact]
    public async Task A_new_seal_takes_the_place_of_the_one_that_it_names()
    {
        var first = ChainHead.Of(await WriteAsync());
        var second = await WriteAsync();

        var update = await AfterAsync(second, first);

        Assert.Equal(ChainHead.Of(second), Assert.Single(update.Heads));
        Assert.Empty(update.Lost);
    }

    [Fact]
    public async Task A_head_that_it_follows_by_way_of_others_goes_too()
    {
        var first = ChainHead.Of(await WriteAsync());
        await WriteAsync();
        await WriteAsync();
        var last = await WriteAsync();

        Assert.Equal(ChainHead.Of(last), Assert.Single((await AfterAsync(last, first)).Heads));
    }

    [Fact]
    public async Task Captures_at_once_leave_two_heads_until_one_names_both()
    {
        var beside = new MemoryStore();
        var first = await WriteAsync();
        await CopyAsync(store, beside);
        var (one, other) = (await WriteAsync(), await WriteAsync(beside));
        await CopyAsync(beside, store);
        var both = await WriteAsync();

        var apart = await AfterAsync(other, [.. (await AfterAsync(one, ChainHead.Of(first))).Heads]);
        var together = await AfterAsync(both, [.. apart.Heads]);

        Assert.Equal([2L, 2L], apart.Heads.Select(h => h.Sequence));
        Assert.Equal(ChainHead.Of(both), Assert.Single(together.Heads));
        Assert.Empty(together.Lost);
    }

    [Fact]
    public async Task A_head_whose_seal_is_gone_or_another_is_lost_and_stays_known()
    {
        var known = ChainHead.Of(await WriteAsync());
        var cut = new TamperedStore(store);
        cut.Remove(VaultPaths.Seal(SamplePoint.Cluster, known.Point!.Value));
        var after = await WriteAsync(cut);

        var update = await HeadUpdate.AfterAsync(cut, SamplePoint.Cluster, after, [known], default);

        Assert.Equal(1, after.Seal.Sequence);
        Assert.Equal(known, Assert.Single(update.Lost));
        Assert.Equal(2, update.Heads.Length);
        Assert.Contains(known, update.Heads);
    }

    [Theory]
    [InlineData("12:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", true)]
    [InlineData("-1:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false)]
    [InlineData("12:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08", false)]
    [InlineData("12:9f86", false)]
    [InlineData("12", false)]
    [InlineData("", false)]
    public void A_head_is_a_number_and_a_digest(string text, bool isOne)
    {
        Assert.Equal(isOne, ChainHead.TryParse(text, out var head));
        if (isOne)
            Assert.Equal(text, head!.ToString());
    }

    private Task<HeadUpdate> AfterAsync(SealedPoint added, params ChainHead[] known) =>
        HeadUpdate.AfterAsync(store, SamplePoint.Cluster, added, known, default);

    private Task<SealedPoint> WriteAsync(IBlobStore? to = null)
    {
        var name = $"a{hours}";
        SampleSegment[] segments = [new("configmaps", "shop", $$$"""{"metadata":{"name":"{{{name}}}"}}""")];
        return SamplePoint.WriteAsync(to ?? store, segments, SamplePoint.Time.AddHours(hours++));
    }

    private static async Task CopyAsync(MemoryStore from, MemoryStore to)
    {
        await foreach (var blob in from.ListAsync("", default))
            await to.CreateAsync(blob.Path, await from.ReadAsync(blob.Path, null, default), null, default);
    }
}
