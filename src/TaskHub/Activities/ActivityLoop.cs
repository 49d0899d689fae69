using Holdfast.TaskHub.Execution;
using Holdfast.TaskHub.Storage;
using Microsoft.Extensions.Logging;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Activities;

/// <summary>
/// Runs the activities that are queued, at most <paramref name="most"/> at once, and records their answers. An activity whose answer wasn't
/// recorded because the process stopped or died runs again in the next process.
/// </summary>
internal sealed partial class ActivityLoop(
    HubWriter writer,
    IHubExecutor executor,
    TimeProvider time,
    ILogger log,
    int most,
    Action<CommittedChanges> spread,
    CancellationToken stopping
)
{
    private readonly Lock gate = new();
    private readonly FairQueue queue = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
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

    /// <summary>
    /// Drops the instance's queued activities. Those that are running finish by themselves, and their results are discarded.
    /// </summary>
    public void Drop(long instance)
    {
        lock (gate)
            queue.Drop(instance);
    }

    /// <summary>Starts no more activities, and waits up to <paramref name="patience"/> for the running ones.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        lock (gate)
        {
            stopped = true;
            if (running == 0)
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

    [LoggerMessage(LogLevel.Warning, "Activities did not stop within {Patience}; they will run again at the next start")]
    private static partial void LogLeftBehind(ILogger log, TimeSpan patience);

    [LoggerMessage(LogLevel.Debug, "Activity {Id} will run again at the next start")]
    private static partial void LogLeft(ILogger log, long id, Exception why);

    private void Pump()
    {
        while (Take() is { } activity)
            _ = Task.Run(() => RunAsync(activity));
    }

    private QueuedActivity? Take()
    {
        lock (gate)
        {
            if (stopped || running >= most || !queue.TryTake(out var activity))
                return null;
            running++;
            return activity;
        }
    }

    private async Task RunAsync(QueuedActivity activity)
    {
        try
        {
            var row = await Retries.UntilItWorksAsync(() => writer.Do(tables => tables.Activities.Find(activity.Id)), time, log, stopping);
            if (row is not null)
                await AnswerAsync(row);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            LogLeft(log, activity.Id, e);
        }
        finally
        {
            End();
        }
    }

    private async Task AnswerAsync(ActivityRow row)
    {
        var answer = await AskAsync(row);
        // A failure during shutdown is most likely caused by it: the activity runs again at the next start.
        if (stopping.IsCancellationRequested && answer.FailureDetails is not null)
            return;
        var now = time.GetUtcNow().UtcTicks;
        var message = answer.FailureDetails is { } failure
            ? Messages.Failed(now, row.Task, failure)
            : Messages.Completed(now, row.Task, answer.Result);
        spread(await Retries.UntilItWorksAsync(() => writer.Do(tables => Record(tables, row, message)), time, log, stopping));
    }

    private async Task<P.ActivityResponse> AskAsync(ActivityRow row)
    {
        var execution = ExecutionId.Of(row.Instance, row.Generation, row.Created);
        var caller = new P.OrchestrationInstance { InstanceId = row.InstanceId, ExecutionId = execution };
        try
        {
            return await executor.RunActivityAsync(
                new()
                {
                    Name = row.Name,
                    Input = row.Input,
                    OrchestrationInstance = caller,
                    TaskId = row.Task,
                },
                stopping
            );
        }
        catch (Exception e) when (!stopping.IsCancellationRequested)
        {
            log.LogError(e, "The executor of activity '{Activity}' of '{Instance}' threw instead of answering", row.Name, row.InstanceId);
            return new() { FailureDetails = Failures.Of(e) };
        }
    }

    private void End()
    {
        lock (gate)
        {
            running--;
            if (stopped && running == 0)
                idle.TrySetResult();
        }
        Pump();
    }

    /// <summary>Has no effect if the answer was recorded before, or if its instance no longer needs it.</summary>
    private static CommittedChanges Record(HubTables tables, ActivityRow row, P.HistoryEvent answer)
    {
        var effects = new CommittedChanges();
        if (!tables.Activities.Remove(row.Id) || tables.Instances.ByKey(row.Instance) is not { IsFinished: false } instance)
            return effects;
        if (instance.Generation != row.Generation)
            return effects;
        tables.Inbox.Add(row.Instance, InboxRank.Arrival, row.Generation, answer);
        effects.Due.Add(row.Instance);
        return effects;
    }
}
