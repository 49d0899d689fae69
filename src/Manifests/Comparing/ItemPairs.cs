using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Schemas;

namespace Holdfast.Manifests.Comparing;

/// <summary>What identifies an item of a list.</summary>
/// <param name="Key">The same for the same item on both sides, and for no other of its list.</param>
/// <param name="Label">As a person reads it: <c>name=web</c>.</param>
public readonly record struct ItemIdentity(string Key, string Label);

/// <summary>
/// What identifies the items of two lists: the keys that their schema names, the values of a set, else, only so that a reader sees
/// which item differs, fields that do so in both. Pure.
/// </summary>
/// <param name="Live">In the order of the list.</param>
/// <param name="Desired">In the order of the list.</param>
public sealed record ItemPairs(List<ItemIdentity> Live, List<ItemIdentity> Desired)
{
    private const int LongestLabel = 80;

    private static readonly ImmutableArray<string> Name = ["name"];

    private static readonly ImmutableArray<ImmutableArray<string>> Guesses =
    [
        Name,
        ["key"],
        ["mountPath"],
        ["devicePath"],
        ["containerPort", "protocol"],
        ["port", "protocol"],
        ["ip"],
        ["type"],
        ["conditionType"],
        ["topologyKey", "whenUnsatisfiable"],
        ["host"],
        ["path"],
    ];

    /// <returns>Null when the places of the items alone distinguish them.</returns>
    public static ItemPairs? Of(JsonArray live, JsonArray desired, Schema? schema)
    {
        if (schema is { Merge: ListMerge.Set })
            return Of(live, desired, Value);
        if (schema is { Merge: ListMerge.Map } merged)
            return Of(live, desired, item => Keyed(item, merged.Keys, merged.Items));
        foreach (var keys in Guesses)
            if (Of(live, desired, item => Keyed(item, keys, schema?.Items)) is { } found)
                return found;
        // A list of variables may have a name twice: the second is then compared with the second.
        return Of(live, desired, item => Keyed(item, Name, schema?.Items), counts: true);
    }

    /// <summary>Each item's index.</summary>
    public static Dictionary<ItemIdentity, int> Places(List<ItemIdentity> items) => items.Select((item, i) => (item, i)).ToDictionary();

    private static ItemPairs? Of(JsonArray live, JsonArray desired, Func<JsonNode?, ItemIdentity?> identify, bool counts = false) =>
        Identities(live, identify, counts) is { } was && Identities(desired, identify, counts) is { } wanted ? new(was, wanted) : null;

    /// <returns>Null when an item has no identity, or two have the same and aren't counted.</returns>
    private static List<ItemIdentity>? Identities(JsonArray items, Func<JsonNode?, ItemIdentity?> identify, bool counts)
    {
        var identities = new List<ItemIdentity>(items.Count);
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (identify(item) is not { } identity)
                return null;
            var number = seen[identity.Key] = seen.GetValueOrDefault(identity.Key) + 1;
            if (number > 1 && !counts)
                return null;
            identities.Add(number == 1 ? identity : Numbered(identity, number));
        }
        return identities;
    }

    private static ItemIdentity Numbered(ItemIdentity identity, int number)
    {
        var suffix = $" #{number.ToString(CultureInfo.InvariantCulture)}";
        return new(identity.Key + suffix, identity.Label + suffix);
    }

    private static ItemIdentity? Value(JsonNode? item) =>
        item is JsonValue value ? new(value.ToJsonString(), Readable(value.ToJsonString())) : null;

    /// <returns>Null when the item has none of the keys.</returns>
    private static ItemIdentity? Keyed(JsonNode? item, ImmutableArray<string> keys, Schema? schema)
    {
        if (item is not JsonObject map || !keys.Any(map.ContainsKey))
            return null;
        var values = keys.Select(k => (Key: k, Value: Value(map, k, schema))).ToList();
        var known = values.Where(v => v.Value.Length > 0).Select(v => $"{v.Key}={Readable(v.Value)}");
        return new(string.Join(',', values.Select(v => v.Value)), string.Join(',', known));
    }

    private static string Value(JsonObject item, string key, Schema? schema)
    {
        if (item.TryGetPropertyValue(key, out var value) && value is not null)
            return value.ToJsonString();
        return schema?.Property(key)?.Default is { ValueKind: not JsonValueKind.Null } byDefault ? byDefault.GetRawText() : "";
    }

    /// <summary>A text without its quotes, cut where it is long.</summary>
    private static string Readable(string json)
    {
        var text = json.StartsWith('"') ? (string)JsonNode.Parse(json)! : json;
        return text.Length <= LongestLabel ? text : $"{text[..LongestLabel]}...";
    }
}
