using Holdfast.Durable.Activities;
using Holdfast.Durable.Hub.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Hub.Activities;

/// <summary>
/// Runs the activities that are queued, at most <paramref name="most"/> at once, and records their answers. An activity whose answer was not recorded, since the process stopped or died, is run again by the next.
/// </summary>
internal sealed partial class ActivityLoop(HubWriter writer, ActivityRunner runner, TimeProvider time, ILogger log, int most, Action<Effects> spread, CancellationToken stopping)
{
    private readonly Lock gate = new();
    private readonly FairQueue queue = new();
    private readonly Dictionary<long, Running> running = [];
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool stopped;

    public void Enqueue(IReadOnlyList<QueuedActivity> activities)
    {
        if (activities.Count == 0)
            return;
        lock (gate)
        {
            foreach (var activity in activities)
                queue.Add(activity);
        }
        Pump();
    }

    /// <summary>Nobody waits for these any more: what is queued is forgotten, what runs is told to stop.</summary>
    public void Cancel(long instance)
    {
        List<CancellationTokenSource> told;
        lock (gate)
        {
            queue.Drop(instance);
            told = [.. running.Values.Where(r => r.Instance == instance).Select(r => r.Cancellation)];
        }
        foreach (var cancellation in told)
            _ = CancelAsync(cancellation);
    }

    /// <summary>Begins no more, and waits until those that run have ended or <paramref name="patience"/> is over. The token that they look at is the caller's to cancel.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        lock (gate)
        {
            stopped = true;
            if (running.Count == 0)
                idle.TrySetResult();
        }
        try
        {
            await idle.Task.WaitAsync(patience, time);
        }
        catch (TimeoutException)
        {
            LogLeftBehind(log, patience);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Activities did not stop within {Patience}; they are left behind and run again at the next start")]
    private static partial void LogLeftBehind(ILogger log, TimeSpan patience);

    [LoggerMessage(LogLevel.Debug, "Activity {Id} is left to the next start")]
    private static partial void LogLeft(ILogger log, long id, Exception why);

    private static async Task CancelAsync(CancellationTokenSource cancellation)
    {
        try
        {
            await cancellation.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    private void Pump()
    {
        while (Take() is { } started)
            _ = Task.Run(() => RunAsync(started.Activity, started.Cancellation));
    }

    private Running? Take()
    {
        lock (gate)
        {
            if (stopped || running.Count >= most || !queue.TryTake(out var activity))
                return null;
            var taken = new Running(activity.Value, CancellationTokenSource.CreateLinkedTokenSource(stopping));
            running.Add(activity.Value.Id, taken);
            return taken;
        }
    }

    private async Task RunAsync(QueuedActivity activity, CancellationTokenSource cancellation)
    {
        try
        {
            if (await Patience.UntilItWorksAsync(() => writer.Do(tables => tables.Activities.Find(activity.Id)), time, log, stopping) is { } row)
                await AnswerAsync(row, cancellation.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            LogLeft(log, activity.Id, e);
        }
        finally
        {
            End(activity, cancellation);
        }
    }

    private async Task AnswerAsync(ActivityRow row, CancellationToken cancellation)
    {
        var answer = await runner.RunAsync(row.Name, row.InstanceId, row.Input, cancellation);
        // What fails while everything stops has most likely failed because of that: the next start finds out.
        if (cancellation.IsCancellationRequested && ActivityEnvelope.Open(answer).Failure is not null)
            return;
        var now = time.GetUtcNow().UtcTicks;
        spread(await Patience.UntilItWorksAsync(() => writer.Do(tables => Record(tables, row, answer, now)), time, log, stopping));
    }

    private void End(QueuedActivity activity, CancellationTokenSource cancellation)
    {
        lock (gate)
        {
            running.Remove(activity.Id);
            if (stopped && running.Count == 0)
                idle.TrySetResult();
        }
        cancellation.Dispose();
        Pump();
    }

    /// <summary>An answer that was recorded before, or that its instance has no use for, changes nothing.</summary>
    private static Effects Record(HubTables tables, ActivityRow row, string answer, long now)
    {
        var effects = new Effects();
        if (!tables.Activities.Remove(row.Id) || tables.Instances.ByKey(row.Instance) is not { TakesAnswers: true } instance || instance.Generation != row.Generation)
            return effects;
        tables.Inbox.Add(row.Instance, InboxRank.Arrival, row.Generation, Messages.Completed(now, row.Task, answer));
        effects.Due.Add(row.Instance);
        return effects;
    }

    private sealed record Running(QueuedActivity Activity, CancellationTokenSource Cancellation)
    {
        public long Instance => Activity.Instance;
    }
}
