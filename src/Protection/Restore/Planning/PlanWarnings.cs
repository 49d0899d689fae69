using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>What a person should know before applying; what many objects share is said once, with the count and the first of them.</summary>
internal sealed class PlanWarnings
{
    private readonly List<string> general = [];
    private readonly Dictionary<(string Resource, string Text), (string First, int Count)> ofObjects = [];

    public void Add(string warning) => general.Add(warning);

    public void Add(string resource, string? ns, string name, string warning)
    {
        var first = ns is null ? $"{resource}/{name}" : $"{resource}/{name} in {ns}";
        ofObjects[(resource, warning)] = ofObjects.TryGetValue((resource, warning), out var seen) ? (seen.First, seen.Count + 1) : (first, 1);
    }

    public ImmutableArray<string> ToImmutable() =>
        [.. general, .. ofObjects.Select(o => Text(o.Key.Text, o.Value.First, o.Value.Count)).Order(StringComparer.Ordinal)];

    private static string Text(string warning, string first, int count) =>
        count == 1 ? $"{first}: {warning}" : $"{first} and {(count - 1).ToString(CultureInfo.InvariantCulture)} more: {warning}";
}
