using Holdfast.Control;
using Holdfast.Restore.Outcomes;

namespace Holdfast.Restore.Tests.Outcomes;

public sealed class OutcomeDocumentsTests
{
    private readonly MemoryDocuments control = new();

    [Fact]
    public async Task What_was_appended_is_read_by_the_next_process_in_order()
    {
        var first = Open();
        await first.AppendAsync(
            [new(1, OutcomeKind.Deferred, "not yet"), new(2, OutcomeKind.Created, Uid: "u2") { Pending = PendingWork.Owners }],
            default
        );
        await first.AppendAsync([new(1, OutcomeKind.Created, Uid: "u1")], default);

        Assert.Equal(
            [
                new(1, OutcomeKind.Deferred, "not yet"),
                new(2, OutcomeKind.Created, Uid: "u2") { Pending = PendingWork.Owners },
                new(1, OutcomeKind.Created, Uid: "u1"),
            ],
            await Open().ReadNewAsync(default)
        );
    }

    [Fact]
    public async Task Of_another_process_only_what_came_since_is_new_and_of_ones_own_nothing()
    {
        var (mine, other) = (Open(), Open());
        await other.AppendAsync([new(1, OutcomeKind.Failed, "no")], default);
        Assert.Single(await mine.ReadNewAsync(default));
        await mine.AppendAsync([new(1, OutcomeKind.Deferred, "no")], default);
        await other.AppendAsync([new(2, OutcomeKind.Created)], default);

        Assert.Equal([2], (await mine.ReadNewAsync(default)).Select(o => o.Step));
        Assert.Empty(await mine.ReadNewAsync(default));
    }

    [Fact]
    public async Task Two_writers_at_once_lose_nothing()
    {
        var writers = Enumerable.Range(0, 4).Select(_ => Open()).ToList();
        await Task.WhenAll(
            writers.Select(
                (writer, w) =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 50; i++)
                            await writer.AppendAsync([new(w * 50 + i, OutcomeKind.Created)], default);
                    })
            )
        );

        Assert.Equal(Enumerable.Range(0, 200), (await Open().ReadNewAsync(default)).Select(o => o.Step).Order());
    }

    [Fact]
    public async Task A_writer_that_sees_a_later_page_continues_behind_it_so_that_the_last_word_counts()
    {
        var (first, second) = (Open(), Open());
        await first.AppendAsync([new(1, OutcomeKind.Deferred, "one")], default);
        await second.ReadNewAsync(default);
        await second.AppendAsync([new(1, OutcomeKind.Deferred, "two")], default);
        await first.ReadNewAsync(default);
        await first.AppendAsync([new(1, OutcomeKind.Created)], default);

        Assert.Equal(OutcomeKind.Created, (await Open().ReadNewAsync(default)).Last().Kind);
    }

    [Fact]
    public async Task A_full_page_is_followed_by_another_one()
    {
        var writer = Open();
        var reason = new string('r', 60_000);
        for (var i = 0; i < 20; i++)
            await writer.AppendAsync([new(i, OutcomeKind.Failed, reason)], default);

        var pages = new List<string>();
        await foreach (var path in control.ListAsync("run/outcomes/", null, default))
            pages.Add(path);
        Assert.InRange(pages.Count, 2, 10);
        Assert.Equal(Enumerable.Range(0, 20), (await Open().ReadNewAsync(default)).Select(o => o.Step));
    }

    private OutcomeDocuments Open() => new(control, "run/outcomes/");
}
