using Holdfast.Durable.Protocol;
using Kind = Holdfast.Durable.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Holdfast.Durable.Replay;

/// <summary>
/// Holds what the orchestrator asks for against what history says that it asked for. A rewound history may have lost a failed task (a generic event stands in its place) that the orchestrator had handled
/// and gone on from: where history only makes sense with that failure, the failure is given again.
/// </summary>
/// <param name="go">Runs the orchestrator as far as it gets.</param>
internal sealed class EchoCheck(Decisions decisions, Action<Action> go)
{
    private static readonly Durable.TaskFailureDetails Rewound = new("Rewound", "It failed before its instance was rewound; the reason is no longer in the history.");

    private readonly Queue<int> erased = new();

    /// <summary>The numbers of everything that history says was asked for.</summary>
    public static HashSet<int> Numbers(OrchestratorRequest request)
    {
        var numbers = new HashSet<int>();
        foreach (var happened in request.PastEvents.Concat(request.NewEvents))
            if (Echoed(happened) is not null && happened.EventId >= 0)
                numbers.Add(happened.EventId);
        return numbers;
    }

    /// <returns>What is wrong; null: nothing.</returns>
    public NonDeterministicOrchestrationException? Take(HistoryEvent happened, int position)
    {
        if (happened.EventId < 0)
            return null;
        if (Echoed(happened) is not { } echoed)
        {
            erased.Enqueue(happened.EventId);
            return null;
        }
        while (!Matches(happened.EventId, echoed) && NextErased() is { } lost)
        {
            lost.Echo();
            lost.Fail(Rewound);
            go(static () => { });
        }
        if (!Matches(happened.EventId, echoed))
            return Mismatch(happened.EventId, echoed, position);
        decisions.Find(happened.EventId)!.Echo();
        return null;
    }

    private static (DecisionKind Kind, string Name)? Echoed(HistoryEvent happened) => happened.EventTypeCase switch
    {
        Kind.TaskScheduled => (DecisionKind.Activity, happened.TaskScheduled.Name),
        Kind.SubOrchestrationInstanceCreated => (DecisionKind.SubOrchestration, happened.SubOrchestrationInstanceCreated.Name),
        Kind.TimerCreated => (DecisionKind.Timer, ""),
        Kind.EventSent => (DecisionKind.Event, happened.EventSent.Name),
        _ => null,
    };

    private bool Matches(int id, (DecisionKind Kind, string Name) echoed) =>
        decisions.Find(id) is { } decision && decision.Kind == echoed.Kind && decision.Name.Equals(echoed.Name, StringComparison.OrdinalIgnoreCase);

    private Decision? NextErased()
    {
        while (erased.TryDequeue(out var id))
            if (decisions.Find(id) is { IsOpen: true, IsEchoed: false } decision)
                return decision;
        return null;
    }

    private NonDeterministicOrchestrationException Mismatch(int id, (DecisionKind Kind, string Name) echoed, int position)
    {
        var found = decisions.Find(id)?.ToString() ?? "nothing";
        return new($"Expected {Decision.Describe(echoed.Kind, echoed.Name)} (task {id}) at event {position}, found {found}. "
            + "The orchestrator decides otherwise than its history says: was it changed while the instance was under way, or does it read a clock, a random number or a file?");
    }
}
