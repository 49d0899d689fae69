using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Schemas;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>
/// What tells the items of a list apart: the keys that its schema names, else, only so that a reader sees which item differs, fields that do so in both lists. Pure.
/// </summary>
internal static class ItemPairs
{
    private static readonly ImmutableArray<ImmutableArray<string>> Guesses =
    [
        ["name"], ["key"], ["mountPath"], ["devicePath"], ["containerPort", "protocol"], ["port", "protocol"], ["ip"], ["type"], ["conditionType"], ["topologyKey", "whenUnsatisfiable"], ["host"], ["path"],
    ];

    /// <returns>The items' identities in order, on both sides; null when their places alone tell them apart.</returns>
    public static (List<string> Live, List<string> Desired)? Of(JsonArray live, JsonArray desired, Schema? schema)
    {
        if (schema is { Merge: ListMerge.Map } merged)
            return Of(live, desired, merged.Keys, merged.Items);
        foreach (var keys in Guesses)
            if (Of(live, desired, keys, schema?.Items) is { } found)
                return found;
        return null;
    }

    /// <returns>Null when one item has none of the keys, or two of a list are the same.</returns>
    private static (List<string>, List<string>)? Of(JsonArray live, JsonArray desired, ImmutableArray<string> keys, Schema? item) =>
        Identities(live, keys, item) is { } was && Identities(desired, keys, item) is { } wanted ? (was, wanted) : null;

    private static List<string>? Identities(JsonArray items, ImmutableArray<string> keys, Schema? schema)
    {
        var identities = new List<string>(items.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item is not JsonObject map || !keys.Any(map.ContainsKey))
                return null;
            var identity = string.Join(',', keys.Select(k => Value(map, k, schema)));
            if (!seen.Add(identity))
                return null;
            identities.Add(identity);
        }
        return identities;
    }

    private static string Value(JsonObject item, string key, Schema? schema)
    {
        if (item.TryGetPropertyValue(key, out var value) && value is not null)
            return value.ToJsonString();
        return schema?.Property(key)?.Default is { ValueKind: not JsonValueKind.Null } byDefault ? byDefault.GetRawText() : "";
    }
}
