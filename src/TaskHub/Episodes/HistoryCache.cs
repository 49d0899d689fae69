using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Episodes;

/// <summary>
/// Histories of instances between their episodes, so that not every episode reads them again. What isn't cached is read from the tables.
/// The least recently used are evicted first. Thread-safe; an episode takes its history out, so only that episode uses it.
/// </summary>
/// <param name="capacity">Bytes of the stored form; in memory they take a few times that.</param>
internal sealed class HistoryCache(long capacity)
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, LinkedListNode<Entry>> entries = [];
    private readonly LinkedList<Entry> byUse = new();
    private long held;

    public CachedHistory? Take(long instance)
    {
        lock (gate)
        {
            if (!entries.Remove(instance, out var node))
                return null;
            Forget(node);
            return node.Value.History;
        }
    }

    public void Put(long instance, CachedHistory history)
    {
        lock (gate)
        {
            entries[instance] = byUse.AddFirst(new Entry(instance, history));
            held += history.Bytes;
            while (held > capacity && byUse.Last is { } oldest)
            {
                entries.Remove(oldest.Value.Instance);
                Forget(oldest);
            }
        }
    }

    private void Forget(LinkedListNode<Entry> node)
    {
        byUse.Remove(node);
        held -= node.Value.History.Bytes;
    }

    private sealed record Entry(long Instance, CachedHistory History);
}

/// <param name="Bytes">The size of the events' stored form.</param>
internal sealed record CachedHistory(List<P.HistoryEvent> Events, long Bytes);
