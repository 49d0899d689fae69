using System.Collections.Concurrent;

namespace Holdfast.Restore.Applying;

/// <summary>
/// Remembers types whose writes fail one after the other because something behind the server doesn't answer (each such failure may take the
/// server ten seconds and its retries more), so that the other steps of the type are deferred at once and don't hold up the rest. Once a
/// type is known for it, one step of each slice finds out whether that is still so. Thread-safe.
/// </summary>
internal sealed class Unavailability
{
    private const int Enough = 8;

    private readonly ConcurrentDictionary<string, Failing> failing = new(StringComparer.Ordinal);

    /// <summary>It was unavailable in an earlier slice, and has not answered since.</summary>
    public bool IsKnown(string groupResource) => failing.TryGetValue(groupResource, out var state) && state.IsKnown;

    /// <summary>Why the type isn't worth trying now; null when it is.</summary>
    public string? Reason(string groupResource)
    {
        if (!failing.TryGetValue(groupResource, out var state) || state.TakesTry())
            return null;
        return $"not tried again, as others of its type failed one after the other: {state.Reason}";
    }

    public void Failed(string groupResource, string reason) => failing.GetOrAdd(groupResource, _ => new()).Add(reason);

    public void Answered(string groupResource)
    {
        if (!failing.IsEmpty)
            failing.TryRemove(groupResource, out _);
    }

    /// <summary>Every type gets another chance.</summary>
    /// <param name="last">A whole one, since no other comes.</param>
    public void BeginSlice(bool last)
    {
        if (last)
        {
            failing.Clear();
            return;
        }
        foreach (var state in failing.Values)
            state.BeginSlice();
    }

    private sealed class Failing
    {
        private int inRow;
        private int tries;

        public bool IsKnown { get; private set; }

        public string Reason { get; private set; } = "";

        public bool TakesTry() => IsKnown ? Interlocked.Increment(ref tries) == 1 : Volatile.Read(ref inRow) < Enough;

        public void Add(string reason)
        {
            Reason = reason;
            Interlocked.Increment(ref inRow);
        }

        public void BeginSlice()
        {
            IsKnown |= inRow >= Enough;
            (inRow, tries) = (0, 0);
        }
    }
}
