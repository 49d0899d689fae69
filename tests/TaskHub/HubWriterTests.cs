using Holdfast.TaskHub.Storage;
using Microsoft.Data.Sqlite;

namespace Holdfast.TaskHub.Tests;

public sealed class HubWriterTests : IDisposable
{
    private readonly TemporaryFile file = new();
    private readonly HubWriter writer;
    private readonly ManualResetEventSlim gate = new();

    public HubWriterTests() => writer = new(file.Path);

    public void Dispose()
    {
        writer.Dispose();
        gate.Dispose();
        file.Dispose();
    }

    private Task<long> AddAsync(string id, Exception? then = null) =>
        writer.Do(tables =>
        {
            var key = tables.Instances.Add(id, "Any", 0, null);
            return then is null ? key : throw then;
        });

    private Task<bool> HasAsync(string id) => writer.Do(tables => tables.Instances.ById(id) is not null);

    /// <summary>Keeps the writer busy, so that changes arriving meanwhile share a transaction.</summary>
    private Task HoldAsync() =>
        writer.Do(_ =>
        {
            gate.Wait();
            return 0;
        });

    [Fact]
    public async Task Of_changes_that_share_a_transaction_only_the_one_at_fault_fails()
    {
        var held = HoldAsync();
        var (first, faulty, last) = (AddAsync("first"), AddAsync("faulty", new InvalidDataException("a bug")), AddAsync("last"));
        gate.Set();

        await Task.WhenAll(held, first, last);
        Assert.Equal("a bug", (await Assert.ThrowsAsync<InvalidDataException>(() => faulty)).Message);
        Assert.Equal((true, false, true), (await HasAsync("first"), await HasAsync("faulty"), await HasAsync("last")));
    }

    [Theory]
    [
        InlineData(13, true, "disk is full"),
        InlineData(10, true, "disk failed"),
        InlineData(11, false, "damaged"),
        InlineData(8, false, "read-only")
    ]
    public async Task A_file_error_says_what_it_is_and_whether_it_is_transient(int code, bool transient, string said)
    {
        var fault = await Assert.ThrowsAsync<HubException>(() => AddAsync("any", new SqliteException("as SQLite says it", code)));

        Assert.Equal((true, transient), (fault.Message.Contains(said, StringComparison.Ordinal), fault.IsTransient));
        Assert.Contains(file.Path, fault.Message);
        Assert.False(await HasAsync("any"));
    }

    [Fact]
    public async Task What_was_asked_for_before_the_end_is_done_and_nothing_after_it()
    {
        var held = HoldAsync();
        var asked = AddAsync("asked");
        var ended = Task.Run(writer.Dispose);
        gate.Set();

        await Task.WhenAll(held, asked, ended);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => AddAsync("late"));
        using var again = new HubWriter(file.Path);
        Assert.True(await again.Do(tables => tables.Instances.ById("asked") is not null));
    }

    [Fact]
    public async Task A_key_is_never_given_twice()
    {
        var first = await AddAsync("one");
        await writer.Do(tables =>
        {
            tables.Drop(first);
            return 0;
        });

        Assert.True(await AddAsync("one") > first);
    }
}
