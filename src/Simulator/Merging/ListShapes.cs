using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Simulator.Merging;

/// <summary>
/// How lists merge: by their items' keys, as sets, or (the default) whole. A real server reads this from each type's schema; here it is a
/// short table by field name. A list with items without a key is merged whole.
/// </summary>
internal sealed class ListShapes
{
    private static readonly string[] AsSet = [];

    // As the real server writes keys: characters are escaped only where JSON demands it.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Dictionary<string, string[]> MetadataRows = new()
    {
        ["metadata.ownerReferences"] = ["uid"],
        ["metadata.finalizers"] = AsSet,
    };

    private static readonly Dictionary<string, string[]> BuiltInRows = new(MetadataRows)
    {
        ["containers"] = ["name"],
        ["initContainers"] = ["name"],
        ["ephemeralContainers"] = ["name"],
        ["env"] = ["name"],
        ["volumes"] = ["name"],
        ["volumeMounts"] = ["mountPath"],
        ["volumeDevices"] = ["devicePath"],
        ["containers.ports"] = ["containerPort", "protocol"],
        ["initContainers.ports"] = ["containerPort", "protocol"],
        ["spec.ports"] = ["port", "protocol"],
        ["conditions"] = ["type"],
        ["imagePullSecrets"] = ["name"],
        ["secrets"] = ["name"],
        ["hostAliases"] = ["ip"],
        ["podIPs"] = ["ip"],
        ["topologySpreadConstraints"] = ["topologyKey", "whenUnsatisfiable"],
        ["webhooks"] = ["name"],
        ["drivers"] = ["name"],
    };

    private readonly Dictionary<string, string[]> rows;

    private ListShapes(Dictionary<string, string[]> rows) => this.rows = rows;

    public static ListShapes BuiltIn { get; } = new(BuiltInRows);

    /// <summary>Custom resources: only their metadata is known.</summary>
    public static ListShapes Custom { get; } = new(MetadataRows);

    /// <summary>Lists that merge by key wherever they are, with the keys of their items; none for a set.</summary>
    public IEnumerable<(string Field, IReadOnlyList<string> Keys)> Anywhere =>
        rows.Where(r => !r.Key.Contains('.')).Select(r => (r.Key, (IReadOnlyList<string>)r.Value));

    /// <summary>Lists that merge by key in one field only, by that field.</summary>
    public ILookup<string, (string Field, IReadOnlyList<string> Keys)> Nested =>
        rows.Where(r => r.Key.Contains('.')).ToLookup(r => r.Key.Split('.')[0], r => (r.Key.Split('.')[1], (IReadOnlyList<string>)r.Value));

    /// <summary>The items by the path element that names each; null when the list is merged whole.</summary>
    /// <param name="parent">The named field that holds the list's field.</param>
    public Dictionary<string, JsonNode?>? Items(string parent, string field, JsonArray list)
    {
        if (!rows.TryGetValue($"{parent}.{field}", out var keys) && !rows.TryGetValue(field, out keys))
            return null;
        Dictionary<string, JsonNode?> items = [];
        foreach (var item in list)
        {
            var element = keys == AsSet ? "v:" + item?.ToJsonString(Plain) : Element(item, keys);
            if (element is null || !items.TryAdd(element, item))
                return null;
        }
        return items;
    }

    private static string? Element(JsonNode? item, string[] keys)
    {
        if (item is not JsonObject fields)
            return null;
        var names = new JsonObject();
        foreach (var key in keys)
        {
            var value = fields[key]?.DeepClone() ?? (key == "protocol" ? JsonValue.Create("TCP") : null);
            if (value is null)
                return null;
            names[key] = value;
        }
        return "k:" + names.ToJsonString(Plain);
    }
}
