using Holdfast.Durable.Activities;
using Holdfast.Durable.Protocol;
using Kind = Holdfast.Durable.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Holdfast.Durable.Hub.Rewinding;

/// <summary>A failed instance's history with its end and failures taken back. What is taken back leaves a note in its place, so that places stay.</summary>
/// <param name="Events">All of it.</param>
/// <param name="Changed">The places whose event is another now.</param>
/// <param name="Children">Failed sub-orchestrations that have to be rewound with it.</param>
internal sealed record RewoundHistory(FailedInstance Of, List<HistoryEvent> Events, List<int> Changed, List<FailedInstance> Children)
{
    /// <summary>
    /// From the most that can be taken back to the least. An orchestrator that went on after a failure (another attempt, a compensation) decided with it: where that failure is taken back too, the decisions
    /// that are in the history no longer follow from it, and the replay says so. Then only failures since the last decision are taken back, and at last none but the end itself.
    /// </summary>
    public static IEnumerable<RewoundHistory> Candidates(FailedInstance failed)
    {
        yield return TakeBack(failed, from: 0);
        var sinceDecision = failed.History.FindLastIndex(IsDecision) + 1;
        yield return TakeBack(failed, sinceDecision);
        yield return TakeBack(failed, failed.History.Count);
    }

    private static bool IsDecision(HistoryEvent e) =>
        e.EventTypeCase is Kind.TaskScheduled or Kind.TimerCreated or Kind.SubOrchestrationInstanceCreated or Kind.EventSent;

    private static RewoundHistory TakeBack(FailedInstance failed, int from)
    {
        var rewound = new RewoundHistory(failed, [.. failed.History], [], []);
        for (var place = 0; place < failed.History.Count; place++)
        {
            var e = failed.History[place];
            if (e.EventTypeCase == Kind.ExecutionCompleted)
                rewound.Note(place);
            else if (place >= from)
                rewound.TakeBack(place, e);
        }
        return rewound;
    }

    private void TakeBack(int place, HistoryEvent e)
    {
        switch (e.EventTypeCase)
        {
            case Kind.TaskFailed:
                NoteTask(place, e.TaskFailed.TaskScheduledId, Kind.TaskScheduled);
                break;
            case Kind.TaskCompleted when ActivityEnvelope.Open(e.TaskCompleted.Result).Failure is not null:
                NoteTask(place, e.TaskCompleted.TaskScheduledId, Kind.TaskScheduled);
                break;
            case Kind.SubOrchestrationInstanceFailed:
                TakeBackChild(place, e.SubOrchestrationInstanceFailed.TaskScheduledId);
                break;
        }
    }

    private void TakeBackChild(int place, int task)
    {
        var child = Of.Children[task];
        if (child.StillAnswers)
            Note(place);
        else
            NoteTask(place, task, Kind.SubOrchestrationInstanceCreated);
        if (child.Failed is { } failed)
            Children.Add(failed);
    }

    /// <summary>Without its echo the task is asked for again.</summary>
    private void NoteTask(int place, int task, Kind scheduled)
    {
        Note(place);
        if (Events.FindIndex(e => e.EventId == task && e.EventTypeCase == scheduled) is >= 0 and var echo)
            Note(echo);
    }

    private void Note(int place)
    {
        var before = Events[place];
        Events[place] = new HistoryEvent { EventId = before.EventId, Timestamp = before.Timestamp, GenericEvent = new() { Data = $"Rewound: {before.EventTypeCase}" } };
        Changed.Add(place);
    }
}
