using Holdfast.Durable.Client;
using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Protocol;
using Failure = Holdfast.Durable.Protocol.TaskFailureDetails;

namespace Holdfast.Durable.Hub.Episodes;

/// <summary>Stores what an episode decided. All of it is one transaction: a decision is either taken with everything that follows from it, or was never taken.</summary>
internal static class EpisodeCommit
{
    public static Effects Store(HubTables tables, EpisodeResult result, IReadOnlyList<byte[]> appended)
    {
        var (episode, effects) = (result.Episode, new Effects());
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
        return effects;
    }

    private static void Schedule(HubTables tables, EpisodeResult result, Effects effects)
    {
        var (instance, now) = (result.Episode.Instance, result.Episode.Now);
        foreach (var activity in result.Activities)
            effects.Queued.Add(tables.Activities.Add(instance.Key, instance.Generation, activity.Task, activity.Name, activity.Input));
        foreach (var child in result.Children)
            Call(tables, instance, child, now, effects);
        foreach (var sent in result.Sent)
        {
            if (tables.Instances.ById(sent.Target) is { IsFinished: false } target)
                Tell(tables, target.Key, null, Messages.Raised(now, sent.Name, sent.Data), effects);
        }
        foreach (var timer in result.Timers)
        {
            tables.Timers.Add(instance.Key, timer.Task, timer.FireAt);
            effects.Timer = Math.Min(effects.Timer ?? long.MaxValue, timer.FireAt);
        }
    }

    private static void Call(HubTables tables, InstanceRow caller, ScheduledChild child, long now, Effects effects)
    {
        var key = InstanceStart.Add(tables, child.Id, child.Started, new Caller(caller.Key, caller.Generation, child.Task), now);
        if (key is not null)
        {
            effects.Due.Add(key.Value);
            return;
        }
        var failure = new Failure
        {
            ErrorType = "InstanceExists",
            ErrorMessage = $"'{child.Id}' is the id of an instance that has not finished: '{caller.Id}' can't start {child.Started.Name} under it.",
            IsNonRetriable = true,
        };
        Tell(tables, caller.Key, caller.Generation, Messages.ChildFailed(now, child.Task, failure), effects);
    }

    private static void Renew(HubTables tables, Episode episode, Renewal renewal, Effects effects)
    {
        var instance = episode.Instance;
        tables.History.Clear(instance.Key);
        tables.Timers.Clear(instance.Key);
        tables.Inbox.ClearAnswers(instance.Key);
        tables.Instances.Renew(instance.Key);
        InstanceStart.Begin(tables, instance.Key, ExecutionId.Of(instance with { Generation = instance.Generation + 1 }), renewal.Started, episode.Now);
        foreach (var carried in renewal.CarriedOver)
            tables.Inbox.Add(instance.Key, InboxRank.CarriedOver, null, carried);
        effects.Due.Add(instance.Key);
    }

    /// <summary>A failed instance keeps its timers, activities and messages, since it may be rewound; another's are of no use to anybody.</summary>
    private static void Finish(HubTables tables, EpisodeResult result, Effects effects)
    {
        var (instance, status, now) = (result.Episode.Instance, result.State.Status, result.Episode.Now);
        if (status != OrchestrationRuntimeStatus.Failed)
        {
            tables.Inbox.Clear(instance.Key);
            tables.Timers.Clear(instance.Key);
        }
        if (status == OrchestrationRuntimeStatus.Terminated)
            Terminate(tables, instance.Key, result.State.Output ?? "", now, effects);
        if (instance.Caller is { } caller && tables.Instances.ByKey(caller.Instance) is { TakesAnswers: true } waiting && waiting.Generation == caller.Generation)
            Tell(tables, caller.Instance, caller.Generation, Answer(caller.Task, instance, result), effects);
        effects.Finished.Add(Metadata(result));
    }

    private static void Terminate(HubTables tables, long key, string reason, long now, Effects effects)
    {
        tables.Activities.Clear(key);
        effects.Cancelled.Add(key);
        foreach (var child in tables.Instances.Children(key).Where(child => !child.IsFinished))
            Tell(tables, child.Key, null, Messages.Terminated(now, reason), effects);
    }

    private static HistoryEvent Answer(int task, InstanceRow instance, EpisodeResult result) => result.State.Status switch
    {
        OrchestrationRuntimeStatus.Completed => Messages.ChildCompleted(result.Episode.Now, task, result.State.Output),
        OrchestrationRuntimeStatus.Failed => Messages.ChildFailed(result.Episode.Now, task, result.Completion!.FailureDetails ?? new Failure { ErrorMessage = result.State.Output ?? "" }),
        _ => Messages.ChildFailed(result.Episode.Now, task, new Failure
        {
            ErrorType = "Terminated",
            ErrorMessage = $"'{instance.Id}' was terminated: {result.State.Output}",
            IsNonRetriable = true,
        }),
    };

    private static void Tell(HubTables tables, long instance, int? generation, HistoryEvent message, Effects effects)
    {
        tables.Inbox.Add(instance, InboxRank.Arrival, generation, message);
        effects.Due.Add(instance);
    }

    private static OrchestrationMetadata Metadata(EpisodeResult result)
    {
        var (instance, state) = (result.Episode.Instance, result.State);
        return new(instance.Name, instance.Id, state.Status, InstanceViews.Time(instance.Created), InstanceViews.Time(result.Episode.Now))
        {
            Input = JsonPayload.Open(result.Episode.Started?.Input),
            CustomStatus = JsonPayload.Open(state.CustomStatus),
            Output = JsonPayload.Open(state.Output),
            FailureDetails = InstanceViews.Details(result.Completion!.FailureDetails),
        };
    }
}
