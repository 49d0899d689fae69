using Holdfast.Control;
using Holdfast.Functions.Scheduling;

namespace Holdfast.Functions.Tests.Scheduling;

/// <summary>What timers do to many things: one that always fails comes first at every turn.</summary>
public sealed class OneByOneTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-onebyone-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task What_fails_keeps_none_of_the_others_from_being_done_and_is_thrown_at_the_end()
    {
        var done = new List<int>();

        var first = await Assert.ThrowsAsync<FormatException>(() =>
            OneByOne.DoAsync(new[] { 1, 2, 3, 4 }.ToAsyncEnumerable(), Work, default)
        );

        Assert.Equal([1, 3], done);
        Assert.Equal("2", first.Message);

        Task Work(int number)
        {
            if (number % 2 == 0)
                throw new FormatException($"{number}");
            done.Add(number);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task A_cancelled_turn_ends_at_once()
    {
        using var cancel = new CancellationTokenSource();
        var begun = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            OneByOne.DoAsync(new[] { 1, 2 }.ToAsyncEnumerable(), Work, cancel.Token)
        );

        Assert.Equal(1, begun);

        async Task Work(int number)
        {
            begun++;
            await cancel.CancelAsync();
            cancel.Token.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task A_note_that_can_not_be_read_keeps_no_later_one_from_being_cleared_away()
    {
        var control = new FolderDocuments(folder.FullName, TimeProvider.System);
        await control.PutAsync("idempotency/b.json", """{"at":"2026-11-01T00:00:00Z"}"""u8.ToArray(), default);
        File.CreateSymbolicLink(Path.Combine(folder.FullName, "idempotency", "a.json"), "/etc/hostname");

        await Assert.ThrowsAsync<ControlException>(() => ExpiredNotes.ClearAsync(control, "idempotency/", Noon, default));

        Assert.Null(await control.ReadAsync("idempotency/b.json", default));
    }
}
