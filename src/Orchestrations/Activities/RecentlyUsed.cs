namespace Holdfast.Orchestrations.Activities;

/// <summary>
/// What a process keeps in memory of a bounded number of runs: the least recently used one is dropped first, and created again when it is
/// needed. Thread-safe.
/// </summary>
internal sealed class RecentlyUsed<T>(int most)
    where T : class
{
    private readonly Lock gate = new();
    private readonly LinkedList<(Runs.RunId Run, T Value)> used = new();
    private readonly Dictionary<Runs.RunId, LinkedListNode<(Runs.RunId Run, T Value)>> index = [];

    public T For(Runs.RunId run, Func<T> make)
    {
        lock (gate)
        {
            if (index.TryGetValue(run, out var known))
            {
                used.Remove(known);
                used.AddFirst(known);
                return known.Value.Value;
            }
            while (index.Count >= most)
                Forget(used.Last!.Value.Run);
            return (index[run] = used.AddFirst((run, make()))).Value.Value;
        }
    }

    public IReadOnlyList<T> All
    {
        get
        {
            lock (gate)
                return [.. used.Select(u => u.Value)];
        }
    }

    /// <returns>What was kept; null: nothing.</returns>
    public T? Forget(Runs.RunId run)
    {
        lock (gate)
        {
            if (!index.Remove(run, out var known))
                return null;
            used.Remove(known);
            return known.Value.Value;
        }
    }
}
