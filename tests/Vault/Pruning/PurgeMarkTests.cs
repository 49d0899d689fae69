using Holdfast.Archive.Format;
using Holdfast.Control.Policies;
using Holdfast.TestKit.Stores;

namespace Holdfast.Vault.Tests.Pruning;

/// <summary>For how long a purge that didn't end well keeps captures from sealing.</summary>
public sealed class PurgeMarkTests
{
    private static readonly RetentionRule LastOne = new(Last: 1);
    private readonly SampleVault vault = new();

    [Fact]
    public async Task One_that_the_storage_refuses_is_over_at_once()
    {
        await Assert.ThrowsAsync<ArchiveException>(() => PruneAsync(ArchiveFailure.Forbidden));

        Assert.Equal(TimeSpan.Zero, await WaitedAsync());
    }

    [Fact]
    public async Task One_that_may_still_delete_is_waited_for_as_long_as_its_mark_says_and_five_minutes()
    {
        await Assert.ThrowsAsync<ArchiveException>(() => PruneAsync(ArchiveFailure.Unreachable));

        Assert.InRange(await WaitedAsync(), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(12));
    }

    [Theory]
    [InlineData("""{"format":"holdfast-purge","version":1}""")]
    [InlineData("""{"format":"holdfast-purge","version":1,"seconds":86400}""")]
    [InlineData("""{"seconds":"none"}""")]
    [InlineData("no JSON")]
    public async Task One_whose_mark_says_nothing_that_can_be_is_waited_for_fifteen_minutes(string mark)
    {
        var path = VaultPaths.PurgeBegun(SampleVault.Cluster, "20261101-020000-0");
        await vault.Store.CreateAsync(path, System.Text.Encoding.UTF8.GetBytes(mark), null, default);

        Assert.InRange(await WaitedAsync(), TimeSpan.FromMinutes(16), TimeSpan.FromMinutes(18));
    }

    private async Task PruneAsync(ArchiveFailure failure)
    {
        await vault.CaptureAsync("a");
        vault.Time.Now += TimeSpan.FromHours(1);
        await vault.CaptureAsync("b");
        await vault.PruneAsync(LastOne);
        vault.Time.Now += TimeSpan.FromDays(8);
        await vault.PruneAsync(LastOne, store: new FaultyStore(vault.Store).FailFrom(StoreOperation.Delete, 1, failure));
    }

    /// <summary>Each look at the store's clock takes a minute of it; before its seal a capture looks at least twice.</summary>
    private async Task<TimeSpan> WaitedAsync()
    {
        var store = new FaultyStore(vault.Store).Before(call =>
        {
            if (call.Operation == StoreOperation.Now)
                vault.Time.Now += TimeSpan.FromMinutes(1);
        });
        var began = vault.Time.Now;
        await vault.CaptureAsync(new SampleCapture { Store = store }, "c");
        return vault.Time.Now - began;
    }
}
