using System.Collections.Concurrent;

namespace Holdfast.Simulator.Requests;

/// <summary>What the administrator may not do here, for tests of missing permissions. Thread-safe.</summary>
internal sealed class Denials
{
    private readonly ConcurrentDictionary<string, string[]> _byType = new();

    /// <param name="verbs">None: all.</param>
    public void Add(string groupResource, string[] verbs) => _byType[groupResource] = verbs;

    public void Remove(string groupResource) => _byType.TryRemove(groupResource, out _);

    /// <param name="groupResource"><c>*.*</c> asks for everything at once, as access reviews do: denied when any type is.</param>
    public bool Denies(string groupResource, string verb) =>
        groupResource == "*.*"
            ? _byType.Values.Any(verbs => Covers(verbs, verb))
            : _byType.TryGetValue(groupResource, out var verbs) && Covers(verbs, verb);

    private static bool Covers(string[] verbs, string verb) => verbs.Length == 0 || verbs.Contains(verb);
}
