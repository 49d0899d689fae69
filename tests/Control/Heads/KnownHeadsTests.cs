using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.Control.Heads;
using Holdfast.TestKit.Stores;

namespace Holdfast.Control.Tests.Heads;

public sealed class KnownHeadsTests
{
    private readonly MemoryStore vault = new();
    private readonly MemoryDocuments control = new();
    private int hours;

    [Fact]
    public async Task The_newest_seal_is_known_and_noting_it_again_changes_nothing()
    {
        var known = new KnownHeads(control);
        var (first, second) = (await WriteAsync(), await WriteAsync());
        await known.NoteAsync(vault, first, default);
        await known.NoteAsync(vault, second, default);
        var before = (await control.ReadAsync("heads/prod.json", default))!.ETag;

        Assert.Empty(await known.NoteAsync(vault, second, default));

        Assert.Equal(ChainHead.Of(second), Assert.Single(await known.ReadAsync(SamplePoint.Cluster, default)));
        Assert.Equal(SamplePoint.Cluster, Assert.Single(await known.ClustersAsync(default)));
        Assert.Equal(before, (await control.ReadAsync("heads/prod.json", default))!.ETag);
    }

    [Fact]
    public async Task Captures_that_note_theirs_at_once_are_all_known()
    {
        var stores = new List<MemoryStore>();
        var points = new List<SealedPoint>();
        for (var i = 0; i < 5; i++)
        {
            stores.Add(new());
            points.Add(await WriteAsync(stores[i]));
        }
        foreach (var store in stores)
        {
            await foreach (var blob in store.ListAsync("", default))
                await vault.CreateAsync(blob.Path, await store.ReadAsync(blob.Path, null, default), null, default);
        }

        var warnings = await Task.WhenAll(points.Select(p => Task.Run(() => new KnownHeads(control).NoteAsync(vault, p, default))));

        Assert.All(warnings, found => Assert.Empty(found));
        Assert.Equal(
            points.Select(p => p.SealDigest).ToHashSet(),
            (await new KnownHeads(control).ReadAsync(SamplePoint.Cluster, default)).Select(h => h.Seal).ToHashSet()
        );
    }

    [Fact]
    public async Task A_capture_after_the_tail_was_cut_warns_and_the_lost_head_stays_known()
    {
        var known = new KnownHeads(control);
        var lost = await WriteAsync();
        await known.NoteAsync(vault, lost, default);
        var cut = new MemoryStore();

        var warning = Assert.Single(await known.NoteAsync(cut, await WriteAsync(cut), default));

        Assert.Contains(lost.Id.ToString(), warning);
        Assert.Contains(ChainHead.Of(lost), await known.ReadAsync(SamplePoint.Cluster, default));
    }

    [Theory]
    [InlineData("{"), InlineData("""{"version":1,"cluster":"other","heads":[]}"""), InlineData("""{"version":1,"cluster":"prod"}""")]
    [InlineData(
        """{"cluster":"prod","heads":[{"sequence":1,"seal":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]}"""
    )]
    public async Task A_document_that_cant_be_used_is_left_as_it_is_and_stops_no_capture(string content)
    {
        await control.PutAsync("heads/prod.json", System.Text.Encoding.UTF8.GetBytes(content), default);
        var known = new KnownHeads(control);

        Assert.Single(await known.NoteAsync(vault, await WriteAsync(), default));
        var failure = await Assert.ThrowsAsync<ControlException>(() => known.ReadAsync(SamplePoint.Cluster, default));

        Assert.Equal(ControlFailure.Malformed, failure.Failure);
        Assert.Equal(content, System.Text.Encoding.UTF8.GetString((await control.ReadAsync("heads/prod.json", default))!.Content.Span));
    }

    private Task<SealedPoint> WriteAsync(IBlobStore? to = null)
    {
        SampleSegment[] segments = [new("configmaps", "shop", $$$"""{"metadata":{"name":"a{{{hours}}}"}}""")];
        return SamplePoint.WriteAsync(to ?? vault, segments, SamplePoint.Time.AddHours(hours++));
    }
}
