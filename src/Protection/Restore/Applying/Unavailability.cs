using System.Collections.Concurrent;

namespace Holdfast.Protection.Restore.Applying;

/// <summary>
/// Remembers types whose writes fail one after the other because something behind the server doesn't answer (each such failure may take the server ten seconds and its retries more), so that the
/// other steps of the type are deferred at once and don't hold up the rest. Thread-safe.
/// </summary>
internal sealed class Unavailability
{
    private const int Enough = 8;

    private readonly ConcurrentDictionary<string, (int InRow, string Reason)> failing = new(StringComparer.Ordinal);

    /// <summary>Why the type isn't worth trying now; null when it is.</summary>
    public string? Reason(string groupResource) =>
        failing.TryGetValue(groupResource, out var state) && state.InRow >= Enough ? $"not tried again, as others of its type failed one after the other: {state.Reason}" : null;

    public void Failed(string groupResource, string reason) =>
        failing.AddOrUpdate(groupResource, (1, reason), (_, state) => (state.InRow + 1, reason));

    public void Answered(string groupResource)
    {
        if (!failing.IsEmpty)
            failing.TryRemove(groupResource, out _);
    }

    /// <summary>Every type gets another chance: at the start of a slice.</summary>
    public void Forget() => failing.Clear();
}
