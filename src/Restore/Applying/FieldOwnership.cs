using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Applying;

/// <summary>managedFields: who may remove which field. Pure.</summary>
internal static class FieldOwnership
{
    /// <summary>
    /// The point's entries and those of everybody who has written since, but for this run's: the run owned the fields only for the moment,
    /// and while it does no applier can remove them. Entries of one manager, operation and version are united. Null: nothing to change.
    /// </summary>
    public static JsonArray? PutBack(JsonArray? live, JsonArray point, string manager)
    {
        var entries = new List<JsonObject>();
        foreach (var entry in point.OfType<JsonObject>())
            Unite(entries, (JsonObject)entry.DeepClone());
        foreach (var entry in live?.OfType<JsonObject>().Where(e => e.Text("manager") != manager) ?? [])
            Unite(entries, (JsonObject)entry.DeepClone());
        var result = new JsonArray([.. entries]);
        return JsonNode.DeepEquals(result, live) ? null : result;
    }

    private static void Unite(List<JsonObject> entries, JsonObject entry)
    {
        var same = entries.Find(e => Identity(e) == Identity(entry));
        if (same is null)
            entries.Add(entry);
        else if (entry.Object("fieldsV1") is { } fields)
            Unite(same.Ensure("fieldsV1"), fields);
    }

    private static (string?, string?, string?, string?) Identity(JsonObject entry) =>
        (entry.Text("manager"), entry.Text("operation"), entry.Text("apiVersion"), entry.Text("subresource"));

    private static void Unite(JsonObject fields, JsonObject more)
    {
        foreach (var (name, value) in more)
        {
            if (fields.Object(name) is { } known && value is JsonObject further)
                Unite(known, further);
            else
                fields[name] = value?.DeepClone();
        }
    }
}
