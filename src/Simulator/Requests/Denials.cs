using System.Collections.Concurrent;

namespace Holdfast.Simulator.Requests;

/// <summary>Permissions that the administrator doesn't have, for tests of missing permissions. Thread-safe.</summary>
internal sealed class Denials
{
    private readonly ConcurrentDictionary<string, string[]> byType = new();

    /// <param name="verbs">None: all.</param>
    public void Add(string groupResource, string[] verbs) => byType[groupResource] = verbs;

    public void Remove(string groupResource) => byType.TryRemove(groupResource, out _);

    /// <param name="groupResource"><c>*.*</c> means every type, as in access reviews: denied if any type is.</param>
    public bool Denies(string groupResource, string verb) =>
        groupResource == "*.*"
            ? byType.Values.Any(verbs => Covers(verbs, verb))
            : byType.TryGetValue(groupResource, out var verbs) && Covers(verbs, verb);

    private static bool Covers(string[] verbs, string verb) => verbs.Length == 0 || verbs.Contains(verb);
}
