using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Replay;

/// <summary>All that an orchestrator asked for, by number. The numbers are dense and given in the order of its program; history refers to them.</summary>
/// <param name="echoed">The numbers that history has anywhere: nothing need be written for them.</param>
internal sealed class Decisions(HashSet<int> echoed)
{
    private readonly List<Decision> made = [];

    public int Next => made.Count;

    public bool AnyOpen => made.Exists(static decision => decision.IsOpen);

    /// <param name="action">Called only if history doesn't have the decision.</param>
    public void Add(Decision decision, Func<OrchestratorAction> action)
    {
        if (!echoed.Contains(decision.Id))
            decision.Action = action();
        made.Add(decision);
    }

    public Decision? Find(int id) => id >= 0 && id < made.Count ? made[id] : null;

    /// <summary>An open decision of that kind; null for a duplicate or a stranger.</summary>
    public Decision? FindOpen(int id, DecisionKind kind) => Find(id) is { IsOpen: true } decision && decision.Kind == kind ? decision : null;

    /// <summary>What is new, in order. A timer that no one waits for any more is not asked for.</summary>
    public IEnumerable<OrchestratorAction> Pending(bool isLast) =>
        made.Where(decision => decision.Action is not null && (decision.Kind is not DecisionKind.Timer || (decision.IsOpen && !isLast))).Select(decision => decision.Action!);
}
