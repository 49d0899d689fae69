using System.Text;

namespace Holdfast.Control.Tests;

/// <summary>What every control container promises; run over each. Compiled into each suite that runs it.</summary>
public abstract class DocumentStoreSuite
{
    private const string Path = "policies/nightly.json";

    protected abstract IDocumentStore Store { get; }

    [Fact]
    public async Task What_was_created_is_read_back_with_its_etag()
    {
        var etag = await Store.CreateAsync(Path, Bytes("first"), default);
        var read = await Store.ReadAsync(Path, default);

        Assert.NotNull(etag);
        Assert.Equal(("first", etag), (Text(read), read!.ETag));
    }

    [Fact]
    public async Task What_is_not_there_reads_as_null_and_counts_as_deleted()
    {
        Assert.Null(await Store.ReadAsync(Path, default));
        Assert.Null(await Store.ReplaceAsync(Path, Bytes("x"), "\"0x0\"", default));
        Assert.True(await Store.DeleteAsync(Path, null, default));
        Assert.True(await Store.DeleteAsync(Path, "\"0x0\"", default));
        Assert.Empty(await Store.ListAsync("", null, default).ToListAsync());
    }

    [Fact]
    public async Task A_second_create_leaves_what_is_there()
    {
        await Store.CreateAsync(Path, Bytes("first"), default);

        Assert.Null(await Store.CreateAsync(Path, Bytes("first"), default));
        Assert.Null(await Store.CreateAsync(Path, Bytes("second"), default));
        Assert.Equal("first", Text(await Store.ReadAsync(Path, default)));
    }

    [Fact]
    public async Task A_replace_needs_the_etag_that_is_there_now()
    {
        var first = await Store.CreateAsync(Path, Bytes("first"), default);
        var second = await Store.ReplaceAsync(Path, Bytes("second"), first!, default);

        Assert.NotNull(second);
        Assert.Null(await Store.ReplaceAsync(Path, Bytes("third"), first!, default));
        Assert.Equal(("second", second), (Text(await Store.ReadAsync(Path, default)), (await Store.ReadAsync(Path, default))!.ETag));
    }

    [Fact]
    public async Task The_same_content_written_again_has_another_etag()
    {
        var first = await Store.CreateAsync(Path, Bytes("same"), default);
        var second = await Store.ReplaceAsync(Path, Bytes("same"), first!, default);
        await Store.PutAsync(Path, Bytes("same"), default);

        Assert.NotEqual(first, second);
        Assert.Null(await Store.ReplaceAsync(Path, Bytes("other"), second!, default));
    }

    [Fact]
    public async Task A_put_writes_whatever_is_there()
    {
        await Store.PutAsync("runs/a.json", Bytes("1"), default);
        await Store.PutAsync("runs/a.json", Bytes("2, and longer"), default);
        await Store.PutAsync("runs/a.json", Bytes("3"), default);

        Assert.Equal("3", Text(await Store.ReadAsync("runs/a.json", default)));
    }

    [Fact]
    public async Task A_delete_with_an_etag_spares_what_has_another()
    {
        var first = await Store.CreateAsync(Path, Bytes("first"), default);
        var second = await Store.ReplaceAsync(Path, Bytes("second"), first!, default);

        Assert.False(await Store.DeleteAsync(Path, first, default));
        Assert.NotNull(await Store.ReadAsync(Path, default));
        Assert.True(await Store.DeleteAsync(Path, second, default));
        Assert.Null(await Store.ReadAsync(Path, default));
        Assert.NotNull(await Store.CreateAsync(Path, Bytes("again"), default));
    }

    [Fact]
    public async Task Of_many_editors_at_once_exactly_one_wins()
    {
        for (var round = 0; round < 5; round++)
        {
            var path = $"clusters/c{round}.json";
            var etag = await Store.CreateAsync(path, Bytes("start"), default);
            var outcomes = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(i => Task.Run(() => Store.ReplaceAsync(path, Bytes($"editor {i}"), etag!, default)))
            );
            var winner = Array.FindIndex(outcomes, o => o is not null);

            Assert.Single(outcomes, o => o is not null);
            Assert.Equal(
                ($"editor {winner}", outcomes[winner]),
                (Text(await Store.ReadAsync(path, default)), (await Store.ReadAsync(path, default))!.ETag)
            );
        }
    }

    [Fact]
    public async Task Of_many_creates_at_once_exactly_one_wins()
    {
        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Store.CreateAsync(Path, Bytes("the same"), default)))
        );

        Assert.Single(outcomes, o => o is not null);
    }

    [Fact]
    public async Task No_edit_of_many_that_read_and_replace_is_lost()
    {
        await Store.CreateAsync(Path, Bytes("0"), default);
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (var done = 0; done < 5; )
                        {
                            var read = await Store.ReadAsync(Path, default);
                            if (
                                await Store.ReplaceAsync(Path, Bytes((int.Parse(Text(read)!) + 1).ToString()), read!.ETag, default)
                                is not null
                            )
                                done++;
                        }
                    })
                )
        );

        Assert.Equal("20", Text(await Store.ReadAsync(Path, default)));
    }

    [Fact]
    public async Task A_listing_is_in_order_of_whole_paths_takes_any_prefix_and_continues_after_a_path()
    {
        string[] paths =
        [
            "audit/2026/11/22/a.json",
            "clusters/a-b.json",
            "clusters/a.json",
            "clusters/b.json",
            "runs/1.json",
            "runs/1/plan.json",
            "runs/2.json",
        ];
        foreach (var path in paths.Reverse())
            await Store.CreateAsync(path, Bytes("x"), default);

        Assert.Equal(paths, await ListAsync("", null));
        Assert.Equal(paths[1..4], await ListAsync("clusters/", null));
        Assert.Equal(paths[1..3], await ListAsync("clusters/a", null));
        Assert.Equal(paths[2..4], await ListAsync("clusters/", "clusters/a-b.json"));
        Assert.Equal(paths[5..], await ListAsync("runs/", "runs/1.json"));
        Assert.Equal(paths[6..], await ListAsync("runs/", "runs/1/plan.json"));
        Assert.Empty(await ListAsync("runs/", "runs/2.json"));
        Assert.Empty(await ListAsync("policies/", null));
    }

    [Theory]
    [
        InlineData("../x"),
        InlineData("/etc/passwd"),
        InlineData("a//b"),
        InlineData("a/../b"),
        InlineData("a/.b"),
        InlineData("a\\b"),
        InlineData("ä"),
        InlineData("a/"),
        InlineData(""),
        InlineData(".holdfast/locks/00")
    ]
    public async Task A_path_that_is_none_of_a_control_containers_is_refused(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync(path, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.CreateAsync(path, Bytes("x"), default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReplaceAsync(path, Bytes("x"), "e", default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.PutAsync(path, Bytes("x"), default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(path, null, default));
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CreateAsync(Path, Bytes("x"), cancelled));
        Assert.Null(await Store.ReadAsync(Path, default));
    }

    private async Task<List<string>> ListAsync(string prefix, string? after) => await Store.ListAsync(prefix, after, default).ToListAsync();

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(StoredDocument? document) => document is null ? null : Encoding.UTF8.GetString(document.Content.Span);
}
