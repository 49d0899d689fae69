using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Converting;

/// <summary>
/// The managedFields of a converted object. A server drops entries of a version that it doesn't serve (structured-merge-diff,
/// <c>Updater</c>), and with them an applier's right to remove its keys. So the entries follow to the new version, without the fields that
/// aren't there any more.
/// </summary>
internal static class ConvertedOwnership
{
    public static void Follow(JsonObject manifest, string apiVersion)
    {
        foreach (var entry in manifest.Object("metadata").Objects("managedFields"))
        {
            if (entry.Text("apiVersion") == apiVersion)
                continue;
            entry["apiVersion"] = apiVersion;
            if (entry.Object("fieldsV1") is { } fields)
                Keep(fields, manifest);
        }
    }

    /// <summary>Drops the fields that the node doesn't have.</summary>
    private static void Keep(JsonObject fields, JsonNode? node)
    {
        foreach (var name in fields.Select(f => f.Key).Where(n => n != ".").ToList())
        {
            if (Find(name, node) is not { } found)
                fields.Remove(name);
            else if (fields.Object(name) is { Count: > 0 } inner)
                Keep(inner, found);
        }
    }

    /// <summary>What a field's name in a field set stands for: <c>f:NAME</c>, <c>k:{KEYS}</c>, <c>v:VALUE</c>, <c>i:INDEX</c>.</summary>
    private static JsonNode? Find(string name, JsonNode? node) =>
        name switch
        {
            ['f', ':', ..] => (node as JsonObject)?[name[2..]],
            ['k', ':', ..] => Parsed(name) is JsonObject keys ? (node as JsonArray)?.FirstOrDefault(i => Has(i, keys)) : null,
            ['v', ':', ..] => Parsed(name) is { } value ? (node as JsonArray)?.FirstOrDefault(i => JsonNode.DeepEquals(i, value)) : null,
            _ => node,
        };

    private static bool Has(JsonNode? item, JsonObject keys) =>
        item is JsonObject map && keys.All(k => map.TryGetPropertyValue(k.Key, out var value) && JsonNode.DeepEquals(value, k.Value));

    private static JsonNode? Parsed(string name)
    {
        try
        {
            return ManifestJson.ParseText(name[2..]);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
