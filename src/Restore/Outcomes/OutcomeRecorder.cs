using System.Threading.Channels;

namespace Holdfast.Restore.Outcomes;

/// <summary>
/// Stores outcomes while the restore is running, gathered for <see cref="IOutcomeLog.Pace"/> and then written together: syncing more often
/// would slow the writes to the cluster, and what a crash loses of it is found again by the run's field manager. Stops the run when
/// outcomes can't be stored, since without them it could not be resumed.
/// </summary>
internal sealed class OutcomeRecorder : IAsyncDisposable
{
    private readonly IOutcomeLog log;
    private readonly TimeProvider time;
    private readonly IProgress<RestoreProgress>? progress;
    private readonly CancellationTokenSource stop;
    private readonly int total;
    private readonly Dictionary<int, OutcomeKind> kinds;
    private readonly Channel<Entry> queue = Channel.CreateUnbounded<Entry>(new() { SingleReader = true });
    private readonly CancellationTokenSource pacing = new();
    private readonly Task writing;
    private volatile TaskCompletionSource awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int done,
        failed;

    /// <param name="known">What an earlier attempt at the run has stored.</param>
    public OutcomeRecorder(
        IOutcomeLog log,
        IEnumerable<StepOutcome> known,
        int total,
        IProgress<RestoreProgress>? progress,
        CancellationTokenSource stop,
        TimeProvider time
    )
    {
        (this.log, this.total, this.progress, this.stop, this.time) = (log, total, progress, stop, time);
        kinds = known.ToDictionary(o => o.Step, o => o.Kind);
        foreach (var kind in kinds.Values)
            Count(kind, 1);
        writing = Task.Run(WriteAsync, CancellationToken.None);
    }

    /// <summary>Steps whose outcome is stored.</summary>
    public int Done => done;

    public int Failed => failed;

    /// <summary>For the progress: what is being done now.</summary>
    public string Phase { get; set; } = "";

    /// <summary>For the progress: what is waited for; null: nothing.</summary>
    public string? Waiting { get; set; }

    /// <summary>The restore does nothing but wait: no progress would be seen otherwise.</summary>
    public void Waits(string? what)
    {
        Waiting = what;
        Report();
    }

    public void Record(StepOutcome outcome) => queue.Writer.TryWrite(new(outcome, null));

    /// <summary>Returns when everything recorded so far is stored, or never will be.</summary>
    public Task SyncAsync()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!queue.Writer.TryWrite(new(null, written)))
            return writing;
        awaited.TrySetResult();
        return Task.WhenAny(written.Task, writing);
    }

    /// <summary>Returns when everything recorded is stored; nothing can be recorded after it.</summary>
    /// <exception cref="IOException">It can't be stored in a file.</exception>
    /// <exception cref="Holdfast.Control.ControlException">It can't be stored in the control container.</exception>
    public async Task CompleteAsync()
    {
        queue.Writer.TryComplete();
        await pacing.CancelAsync();
        await writing;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await pacing.CancelAsync();
        await writing.ContinueWith(_ => { }, TaskScheduler.Default);
        pacing.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            var batch = new List<StepOutcome>();
            var waiting = new List<TaskCompletionSource>();
            while (await queue.Reader.WaitToReadAsync())
            {
                awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);
                while (queue.Reader.TryRead(out var entry))
                {
                    if (entry.Outcome is not null)
                        batch.Add(entry.Outcome);
                    if (entry.Written is not null)
                        waiting.Add(entry.Written);
                }
                await log.AppendAsync(batch, CancellationToken.None);
                waiting.ForEach(w => w.SetResult());
                Publish(batch);
                batch.Clear();
                waiting.Clear();
                await Task.WhenAny(Task.Delay(log.Pace, time, pacing.Token), awaited.Task);
            }
        }
        catch
        {
            await stop.CancelAsync();
            throw;
        }
    }

    private void Publish(List<StepOutcome> batch)
    {
        foreach (var outcome in batch)
        {
            if (kinds.TryGetValue(outcome.Step, out var before))
                Count(before, -1);
            kinds[outcome.Step] = outcome.Kind;
            Count(outcome.Kind, 1);
        }
        Report();
    }

    private void Report() => progress?.Report(new(Phase, done, total, failed) { Waiting = Waiting });

    private void Count(OutcomeKind kind, int by)
    {
        done += kind == OutcomeKind.Deferred ? 0 : by;
        failed += kind == OutcomeKind.Failed ? by : 0;
    }

    /// <param name="Written">The caller waits for all that came before.</param>
    private readonly record struct Entry(StepOutcome? Outcome, TaskCompletionSource? Written);
}
