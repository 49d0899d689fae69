using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;

namespace Holdfast.TestKit.Stores;

/// <summary>The guarantees of every store. Compiled into each test project that runs it.</summary>
public abstract class BlobStoreSuite
{
    private const string Path = "clusters/prod/packs/a.ndjson.gz";

    protected abstract IBlobStore Store { get; }

    private static DateTimeOffset Tomorrow => DateTimeOffset.UtcNow.AddDays(1);

    [Fact]
    public async Task What_was_created_is_read_back()
    {
        var content = new byte[5 << 20];
        new Random(1).NextBytes(content);

        Assert.True((await Store.CreateAsync(Path, content, null, default)).Created);
        Assert.Equal(content, await Store.ReadAsync(Path, null, default));
        Assert.Equal(content[1000..3000], await Store.ReadRangeAsync(Path, null, 1000, 2000, default));
        Assert.Equal(content[^10..], await Store.ReadRangeAsync(Path, null, content.Length - 10, 10, default));
    }

    [Theory]
    [
        InlineData("clusters/prod/points/20261122T053000Z-1a2b3c/seal.json", FormatLimits.SealBytes),
        InlineData("holdfast.json", FormatLimits.SealBytes)
    ]
    [InlineData(Path, FormatLimits.PackBytes)]
    public async Task What_is_longer_than_the_format_allows_is_refused_by_name(string path, int most)
    {
        await Store.CreateAsync(path, new byte[most + 1], null, default);

        var refused = await Assert.ThrowsAsync<ArchiveException>(() => Store.ReadAsync(path, null, default));

        Assert.Equal(ArchiveFailure.Malformed, refused.Failure);
        Assert.Contains(path, refused.Message);
        Assert.Equal(2, (await Store.ReadRangeAsync(path, null, most - 1, 2, default))!.Length);
    }

    [Fact]
    public async Task A_part_of_an_array_is_stored_as_that_part()
    {
        await Store.CreateAsync(Path, new byte[] { 1, 2, 3, 4, 5 }.AsMemory(1, 3), null, default);

        Assert.Equal(new byte[] { 2, 3, 4 }, await Store.ReadAsync(Path, null, default));
    }

    [Fact]
    public async Task An_empty_blob_is_there()
    {
        Assert.True((await Store.CreateAsync(Path, default, null, default)).Created);
        Assert.Equal(Array.Empty<byte>(), await Store.ReadAsync(Path, null, default));
        Assert.Equal(Array.Empty<byte>(), await Store.ReadRangeAsync(Path, null, 0, 0, default));
    }

    [Fact]
    public async Task A_missing_blob_reads_as_null()
    {
        Assert.Null(await Store.ReadAsync(Path, null, default));
        Assert.Null(await Store.ReadRangeAsync(Path, null, 0, 1, default));
        Assert.False(await Store.ExtendImmutabilityAsync(Path, null, new(Tomorrow), default));
        Assert.Empty(await Store.ListAsync("", default).ToListAsync());
        await Store.DeleteAsync(Path, null, default);
    }

    [Fact]
    public async Task A_range_beyond_the_end_reads_as_null()
    {
        await Store.CreateAsync(Path, "abc"u8.ToArray(), null, default);

        Assert.Null(await Store.ReadRangeAsync(Path, null, 1, 3, default));
        Assert.Null(await Store.ReadRangeAsync(Path, null, 3, 1, default));
        Assert.Null(await Store.ReadRangeAsync(Path, null, 100, 1, default));
    }

    [Fact]
    public async Task A_second_create_leaves_what_is_there()
    {
        await Store.CreateAsync(Path, "first"u8.ToArray(), null, default);

        Assert.False((await Store.CreateAsync(Path, "second"u8.ToArray(), null, default)).Created);
        Assert.Equal("first"u8.ToArray(), await Store.ReadAsync(Path, null, default));
    }

    [Fact]
    public async Task Of_many_creates_at_once_one_wins_whole()
    {
        var contents = Enumerable.Range(0, 8).Select(i => Enumerable.Repeat((byte)i, 100_000).ToArray()).ToList();
        var outcomes = await Task.WhenAll(contents.Select(c => Task.Run(() => Store.CreateAsync(Path, c, null, default))));

        Assert.Single(outcomes, o => o.Created);
        Assert.Contains(await Store.ReadAsync(Path, null, default), contents);
    }

    [Fact]
    public async Task A_listing_is_in_order_of_whole_paths_and_takes_any_prefix()
    {
        string[] paths =
        [
            "clusters/a-b/packs/x",
            "clusters/a.c/x",
            "clusters/a/points/1/seal.json",
            "clusters/a/points/10/seal.json",
            "clusters/a/z",
            "holdfast.json",
        ];
        foreach (var path in paths.Reverse())
            await Store.CreateAsync(path, "x"u8.ToArray(), null, default);

        Assert.Equal(paths, await PathsAsync(""));
        Assert.Equal(paths[2..5], await PathsAsync("clusters/a/"));
        Assert.Equal(paths[2..4], await PathsAsync("clusters/a/points/1"));
        Assert.Empty(await PathsAsync("clusters/b"));
    }

    [Fact]
    public async Task Folders_are_listed_one_level_deep()
    {
        foreach (
            var path in new[] { "clusters/b/packs/x", "clusters/a/z", "clusters/a/points/1/seal.json", "clusters/file", "holdfast.json" }
        )
            await Store.CreateAsync(path, "x"u8.ToArray(), null, default);

        Assert.Equal(["clusters/a/", "clusters/b/"], await Store.ListFoldersAsync("clusters/", default).ToListAsync());
        Assert.Equal(["clusters/"], await Store.ListFoldersAsync("", default).ToListAsync());
    }

    [Fact]
    public async Task An_entry_has_length_and_time()
    {
        await Store.CreateAsync(Path, "abc"u8.ToArray(), null, default);
        var entry = Assert.Single(await Store.ListAsync(Path, default).ToListAsync());

        Assert.Equal((Path, 3L, true), (entry.Path, entry.Length, entry.IsCurrent));
        Assert.InRange(entry.LastModified, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    [Fact]
    public async Task What_was_deleted_is_gone()
    {
        await Store.CreateAsync(Path, "abc"u8.ToArray(), null, default);
        await RemoveAsync();

        Assert.Null(await Store.ReadAsync(Path, null, default));
        Assert.True((await Store.CreateAsync(Path, "abc"u8.ToArray(), null, default)).Created);
    }

    [Fact]
    public async Task What_is_immutable_is_not_deleted_where_the_store_can_keep_it()
    {
        await Store.CreateAsync(Path, "abc"u8.ToArray(), new ImmutabilityTerm(Tomorrow), default);
        var entry = Assert.Single(await Store.ListAsync(Path, default).ToListAsync());
        if (Store.Immutability == ImmutabilitySupport.None)
        {
            Assert.Null(entry.ImmutableUntil);
            return;
        }
        Assert.True(entry.ImmutableUntil > DateTimeOffset.UtcNow.AddHours(23));
        var refused = await Assert.ThrowsAsync<ArchiveException>(RemoveAsync);

        Assert.Equal(ArchiveFailure.Immutable, refused.Failure);
        Assert.NotNull(await Store.ReadAsync(Path, null, default));
    }

    [Fact]
    public async Task The_stores_clock_is_the_one_that_entries_have_their_time_of()
    {
        var before = await Store.NowAsync(default);
        await Store.CreateAsync(Path, "abc"u8.ToArray(), null, default);
        var entry = Assert.Single(await Store.ListAsync(Path, default).ToListAsync());

        Assert.InRange(entry.LastModified - before, TimeSpan.FromSeconds(-2), TimeSpan.FromSeconds(30));
    }

    private async Task RemoveAsync() =>
        await BlobRemoval.RemoveAsync(Store, Path, await Store.ListAsync(Path, default).ToListAsync(), default);

    [Fact]
    public async Task Immutability_is_extended_and_never_shortened()
    {
        var created = await Store.CreateAsync(Path, "abc"u8.ToArray(), null, default);

        Assert.True(await Store.ExtendImmutabilityAsync(Path, created.Version, new(Tomorrow.AddDays(9)), default));
        Assert.True(await Store.ExtendImmutabilityAsync(Path, created.Version, new(Tomorrow), default));
        var entry = Assert.Single(await Store.ListAsync(Path, default).ToListAsync());
        if (Store.Immutability != ImmutabilitySupport.None)
            Assert.True(entry.ImmutableUntil >= Tomorrow.AddDays(8));
    }

    [Theory]
    [
        InlineData("../x"),
        InlineData("/etc/passwd"),
        InlineData("a//b"),
        InlineData("a/../b"),
        InlineData("a/./b"),
        InlineData("a/.b"),
        InlineData("a\\b"),
        InlineData("ä"),
        InlineData("a/"),
        InlineData("")
    ]
    public async Task A_path_that_is_not_one_of_a_vault_is_refused(string path)
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Store.CreateAsync(path, "x"u8.ToArray(), null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync(path, null, default));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.DeleteAsync(path, null, default));
    }

    [Fact]
    public async Task A_cancelled_call_does_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CreateAsync(Path, "x"u8.ToArray(), null, cancelled));
        Assert.Null(await Store.ReadAsync(Path, null, default));
    }

    private async Task<List<string>> PathsAsync(string prefix) => await Store.ListAsync(prefix, default).Select(e => e.Path).ToListAsync();
}
