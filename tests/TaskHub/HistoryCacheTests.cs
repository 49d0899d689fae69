using Holdfast.TaskHub.Episodes;

namespace Holdfast.TaskHub.Tests;

public sealed class HistoryCacheTests
{
    private readonly HistoryCache cache = new(capacity: 100);

    private void Put(long instance, long bytes) => cache.Put(instance, new([], bytes));

    [Fact]
    public void What_is_taken_out_is_gone_until_it_is_put_back()
    {
        Put(1, 10);

        Assert.NotNull(cache.Take(1));
        Assert.Null(cache.Take(1));
    }

    [Fact]
    public void The_least_recently_used_is_evicted_when_the_bytes_exceed_the_limit()
    {
        Put(1, 40);
        Put(2, 40);
        cache.Put(1, cache.Take(1)!);
        Put(3, 40);

        Assert.Null(cache.Take(2));
        Assert.NotNull(cache.Take(1));
        Assert.NotNull(cache.Take(3));
    }

    [Fact]
    public void A_history_that_is_larger_than_all_is_not_kept()
    {
        Put(1, 101);

        Assert.Null(cache.Take(1));
        Put(2, 100);
        Assert.NotNull(cache.Take(2));
    }
}
