using Holdfast.TaskHub.Storage;
using Microsoft.DurableTask.Client;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Episodes;

/// <summary>Stores an episode's decisions in one transaction: either all of them take effect or none.</summary>
internal static class EpisodeCommit
{
    public static CommittedChanges Store(HubTables tables, EpisodeResult result, IReadOnlyList<byte[]> appended)
    {
        var (episode, effects) = (result.Episode, new CommittedChanges());
        var instance = episode.Instance;
        tables.Inbox.Take(instance.Key, episode.LastMessage);
        tables.Instances.Update(instance.Key, result.State, episode.Now);
        Schedule(tables, result, effects);
        if (result.Renewal is { } renewal)
            Renew(tables, episode, renewal, effects);
        else
            tables.History.Add(instance.Key, episode.Past.Count, appended);
        if (result.Completion is not null)
            Finish(tables, result, effects);
        if (instance.Status == OrchestrationRuntimeStatus.Pending)
            effects.Started.Add(View(result));
        return effects;
    }

    private static void Schedule(HubTables tables, EpisodeResult result, CommittedChanges effects)
    {
        var (instance, now) = (result.Episode.Instance, result.Episode.Now);
        foreach (var activity in result.Activities)
            effects.Queued.Add(tables.Activities.Add(instance.Key, instance.Generation, activity.Task, activity.Name, activity.Input));
        foreach (var child in result.Children)
            Call(tables, instance, child, now, effects);
        foreach (var sent in result.Sent)
        {
            if (tables.Instances.ById(sent.Target) is { IsFinished: false } target)
                Send(tables, target.Key, null, Messages.Raised(now, sent.Name, sent.Data), effects);
        }
        foreach (var timer in result.Timers)
        {
            tables.Timers.Add(instance.Key, timer.Task, timer.FireAt);
            effects.Timer = Math.Min(effects.Timer ?? long.MaxValue, timer.FireAt);
        }
    }

    private static void Call(HubTables tables, InstanceRow caller, ScheduledChild child, long now, CommittedChanges effects)
    {
        var key = InstanceStart.Add(tables, child.Id, child.Started, new Caller(caller.Key, caller.Generation, child.Task), now);
        if (key is not null)
        {
            effects.Due.Add(key.Value);
            return;
        }
        var failure = new P.TaskFailureDetails
        {
            ErrorType = "InstanceExists",
            ErrorMessage =
                $"'{child.Id}' is the id of an instance that has not finished: '{caller.Id}' can't start {child.Started.Name} under it.",
            IsNonRetriable = true,
        };
        Send(tables, caller.Key, caller.Generation, Messages.ChildFailed(now, child.Task, failure), effects);
    }

    private static void Renew(HubTables tables, Episode episode, Renewal renewal, CommittedChanges effects)
    {
        var instance = episode.Instance;
        tables.History.Clear(instance.Key);
        tables.Timers.Clear(instance.Key);
        tables.Inbox.ClearAnswers(instance.Key);
        tables.Instances.Renew(instance.Key);
        InstanceStart.Begin(
            tables,
            instance.Key,
            ExecutionId.Of(instance with { Generation = instance.Generation + 1 }),
            renewal.Started,
            episode.Now
        );
        foreach (var carried in renewal.Unused.Concat(renewal.Unread))
            tables.Inbox.Add(instance.Key, InboxRank.CarriedOver, null, carried);
        effects.Due.Add(instance.Key);
    }

    /// <summary>
    /// Its timers and messages are no longer needed. Queued activities of a failed instance still run, those of a terminated one don't.
    /// </summary>
    private static void Finish(HubTables tables, EpisodeResult result, CommittedChanges effects)
    {
        var instance = result.Episode.Instance;
        tables.Inbox.Clear(instance.Key);
        tables.Timers.Clear(instance.Key);
        if (result.State.Status == OrchestrationRuntimeStatus.Terminated)
            Terminate(tables, result, effects);
        if (
            instance.Caller is { } caller
            && tables.Instances.ByKey(caller.Instance) is { IsFinished: false } waiting
            && waiting.Generation == caller.Generation
        )
            Send(tables, caller.Instance, caller.Generation, Answer(caller.Task, instance, result), effects);
        effects.Finished.Add(View(result));
    }

    private static void Terminate(HubTables tables, EpisodeResult result, CommittedChanges effects)
    {
        var (key, now) = (result.Episode.Instance.Key, result.Episode.Now);
        tables.Activities.Clear(key);
        effects.Dropped.Add(key);
        if (!result.Episode.TerminatesChildren)
            return;
        foreach (var child in tables.Instances.Children(key).Where(child => !child.IsFinished))
            Send(tables, child.Key, null, Messages.Terminated(now, result.State.Output, recurse: true), effects);
    }

    private static P.HistoryEvent Answer(int task, InstanceRow instance, EpisodeResult result) =>
        result.State.Status switch
        {
            OrchestrationRuntimeStatus.Completed => Messages.ChildCompleted(result.Episode.Now, task, result.State.Output),
            OrchestrationRuntimeStatus.Failed => Messages.ChildFailed(
                result.Episode.Now,
                task,
                result.Completion!.FailureDetails ?? new P.TaskFailureDetails { ErrorMessage = result.State.Output ?? "" }
            ),
            _ => Messages.ChildFailed(
                result.Episode.Now,
                task,
                new P.TaskFailureDetails
                {
                    ErrorType = "Terminated",
                    ErrorMessage = $"'{instance.Id}' was terminated: {result.State.Output}",
                    IsNonRetriable = true,
                }
            ),
        };

    private static void Send(HubTables tables, long instance, int? generation, P.HistoryEvent message, CommittedChanges effects)
    {
        tables.Inbox.Add(instance, InboxRank.Arrival, generation, message);
        effects.Due.Add(instance);
    }

    private static InstanceView View(EpisodeResult result)
    {
        var (instance, state) = (result.Episode.Instance, result.State);
        return new(instance.Id, instance.Name, state.Status, instance.Created, result.Episode.Now)
        {
            Input = result.Episode.Started?.Input,
            CustomStatus = state.CustomStatus,
            Output = state.Output,
            Failure = result.Completion?.FailureDetails,
        };
    }
}
