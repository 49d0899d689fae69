using Holdfast.Restore.Outcomes;

namespace Holdfast.Restore.Tests.Outcomes;

public sealed class OutcomeLogTests : IDisposable
{
    private const string Run = "0123456789ab";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-log-");

    private string Path => System.IO.Path.Combine(folder.FullName, "outcomes.ndjson");

    [Fact]
    public void What_was_appended_is_read_back_by_the_next_process_and_the_last_of_a_step_counts()
    {
        using (var log = Opened())
        {
            log.Append([
                new(1, OutcomeKind.Deferred, "not yet"),
                new(2, OutcomeKind.Created, Uid: "u2")
                {
                    Pending = PendingWork.Owners | PendingWork.Replicas,
                    Open = "no owner",
                    Incomplete = true,
                },
            ]);
            log.Append([new(1, OutcomeKind.Created, Uid: "u1")]);
        }

        using var again = Opened();
        var outcomes = again.Read();

        Assert.Equal(new StepOutcome(1, OutcomeKind.Created, Uid: "u1"), outcomes[1]);
        Assert.Equal(
            new StepOutcome(2, OutcomeKind.Created, Uid: "u2")
            {
                Pending = PendingWork.Owners | PendingWork.Replicas,
                Open = "no owner",
                Incomplete = true,
            },
            outcomes[2]
        );
    }

    [Fact]
    public void A_torn_last_line_is_dropped_and_the_next_one_starts_clean()
    {
        using (var log = Opened())
            log.Append([new(1, OutcomeKind.Created), new(2, OutcomeKind.Created)]);
        using (var file = File.OpenWrite(Path))
            file.SetLength(file.Length - 5);

        using (var torn = Opened())
        {
            Assert.Equal([1], torn.Read().Keys);
            torn.Append([new(3, OutcomeKind.Failed, "no")]);
        }

        using var again = Opened();
        Assert.Equal([1, 3], again.Read().Keys.Order());
    }

    [Theory]
    [InlineData(0), InlineData(1), InlineData(10)]
    public void A_log_torn_in_its_first_line_begins_again(int length)
    {
        Opened().Dispose();
        using (var file = File.OpenWrite(Path))
            file.SetLength(length);

        using var again = Opened();

        Assert.Empty(again.Read());
    }

    [Fact]
    public void Another_runs_log_is_refused_and_left_as_it_is()
    {
        using (var log = Opened())
            log.Append([new(1, OutcomeKind.Created)]);
        var before = File.ReadAllBytes(Path);

        using var other = new OutcomeLog(Path);
        var refused = Assert.Throws<RestoreException>(() => other.Open("ffffffffffff"));

        Assert.Equal(RestoreRefusal.BadPlan, refused.Refusal);
        other.Dispose();
        Assert.Equal(before, File.ReadAllBytes(Path));
    }

    [Fact]
    public void Two_processes_cannot_have_one_log_open()
    {
        using var first = Opened();
        using var second = new OutcomeLog(Path);

        Assert.Equal(RestoreRefusal.BadPlan, Assert.Throws<RestoreException>(() => second.Open(Run)).Refusal);
    }

    [Fact]
    public void A_log_that_was_never_written_is_empty()
    {
        using var log = new OutcomeLog(Path);

        Assert.Empty(log.Read());
        Assert.False(File.Exists(Path));
    }

    public void Dispose() => folder.Delete(recursive: true);

    private OutcomeLog Opened()
    {
        var log = new OutcomeLog(Path);
        log.Open(Run);
        return log;
    }
}
