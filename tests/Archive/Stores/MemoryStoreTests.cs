using Holdfast.Archive.Format;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Archive.Tests.Stores;

public sealed class MemoryStoreTests : BlobStoreSuite
{
    protected override IBlobStore Store { get; } = new MemoryStore();
}

public sealed class MemoryStoreWithoutVersionsTests : BlobStoreSuite
{
    protected override IBlobStore Store { get; } = new MemoryStore(versions: false);

    [Fact]
    public async Task Without_versions_immutability_forbids_another_content()
    {
        var store = (MemoryStore)Store;
        await store.CreateAsync("a", "x"u8.ToArray(), new ImmutabilityTerm(DateTimeOffset.UtcNow.AddDays(1)), default);

        Assert.Equal(ArchiveFailure.Immutable, Assert.Throws<ArchiveException>(() => store.Overwrite("a", "y"u8.ToArray())).Failure);
    }
}

public sealed class MemoryStoreVersionTests
{
    private readonly FakeTimeProvider time = new(SamplePoint.Time);
    private readonly MemoryStore store;

    public MemoryStoreVersionTests() => store = new(time);

    [Fact]
    public async Task An_overwrite_makes_a_new_current_version_and_the_oldest_is_read()
    {
        await store.CreateAsync("a", "first"u8.ToArray(), null, default);
        store.Overwrite("a", "second"u8.ToArray());
        var entries = await store.ListAsync("a", default).ToListAsync();

        Assert.Equal("first"u8.ToArray(), await store.ReadAsync("a", null, default));
        Assert.Equal([false, true], entries.Select(e => e.IsCurrent));
        Assert.Equal("second"u8.ToArray(), await store.ReadAsync("a", entries[1].Version, default));
    }

    [Fact]
    public async Task A_delete_by_name_hides_even_what_is_immutable_and_its_version_stays()
    {
        await store.CreateAsync("a", "first"u8.ToArray(), new ImmutabilityTerm(time.GetUtcNow().AddDays(1)), default);
        await store.DeleteAsync("a", null, default);

        Assert.False(Assert.Single(await store.ListAsync("a", default).ToListAsync()).IsCurrent);
        Assert.Equal("first"u8.ToArray(), await store.ReadAsync("a", null, default));
        Assert.True((await store.CreateAsync("a", "again"u8.ToArray(), null, default)).Created);
        Assert.Equal("first"u8.ToArray(), await store.ReadAsync("a", null, default));
    }

    [Fact]
    public async Task A_current_version_is_not_deleted_as_a_version()
    {
        var version = (await store.CreateAsync("a", "first"u8.ToArray(), null, default)).Version;
        var refused = await Assert.ThrowsAsync<ArchiveException>(() => store.DeleteAsync("a", version, default));

        Assert.Equal(ArchiveFailure.Forbidden, refused.Failure);
        Assert.NotNull(await store.ReadAsync("a", null, default));
    }

    [Fact]
    public async Task A_version_is_deleted_only_when_its_time_is_over()
    {
        var version = (
            await store.CreateAsync("a", "first"u8.ToArray(), new ImmutabilityTerm(time.GetUtcNow().AddDays(1)), default)
        ).Version;
        await store.DeleteAsync("a", null, default);
        await Assert.ThrowsAsync<ArchiveException>(() => store.DeleteAsync("a", version, default));

        time.Advance(TimeSpan.FromDays(2));
        await store.DeleteAsync("a", version, default);

        Assert.Null(await store.ReadAsync("a", null, default));
    }
}
