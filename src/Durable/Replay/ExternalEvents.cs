using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Replay;

/// <summary>Events raised for the instance: each goes to the first that waits for its name (case ignored), or is kept until someone does.</summary>
internal sealed class ExternalEvents
{
    private readonly List<HistoryEvent> kept = [];
    private readonly List<EventWait> waits = [];

    public bool AnyWait => waits.Count > 0;

    /// <summary>What nobody took, in the order of arrival.</summary>
    public IReadOnlyList<HistoryEvent> Kept => kept;

    /// <param name="isOver">The orchestrator has returned: nobody listens any more.</param>
    public void Raise(HistoryEvent raised, bool isOver)
    {
        var wait = isOver ? null : waits.Find(wait => IsNamed(raised, wait.Name));
        if (wait is null)
        {
            kept.Add(raised);
            return;
        }
        waits.Remove(wait);
        wait.Deliver(raised.EventRaised.Input);
    }

    public HistoryEvent? Take(string name)
    {
        var index = kept.FindIndex(raised => IsNamed(raised, name));
        if (index < 0)
            return null;
        var taken = kept[index];
        kept.RemoveAt(index);
        return taken;
    }

    public void Wait(EventWait wait) => waits.Add(wait);

    public void Forget(EventWait wait) => waits.Remove(wait);

    private static bool IsNamed(HistoryEvent raised, string name) => raised.EventRaised.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}

internal abstract class EventWait(string name)
{
    public string Name => name;

    public abstract void Deliver(string? input);
}

internal sealed class EventWait<T>(string name, TaskCompletionSource<T> source, DurableRegistry registry) : EventWait(name)
{
    public override void Deliver(string? input) => OrchestratorThread.Complete((this, input), static done => done.Item1.Set(done.input));

    private void Set(string? input)
    {
        try
        {
            source.TrySetResult(JsonPayload.Read<T>(input, registry.Json)!);
        }
        catch (Exception fault)
        {
            source.TrySetException(new InvalidOperationException($"The event '{Name}' carries no {typeof(T).Name}: {fault.Message}", fault));
        }
    }
}
