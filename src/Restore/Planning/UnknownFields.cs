using System.Text.Json.Nodes;
using Holdfast.Clusters.Schemas;
using Holdfast.Manifests;

namespace Holdfast.Restore.Planning;

/// <summary>Fields of a manifest that the target's schema doesn't know: its server will drop them. Pure.</summary>
internal sealed class UnknownFields
{
    private readonly List<string> found = [];

    // Names from the root to where the walk is. Few fields are unknown, and only those need their path in one piece.
    private readonly List<string> path = [];

    /// <summary>
    /// JSON pointers, an item of a list as <c>*</c>, so that objects that miss the same fields have the same; in the order of the manifest.
    /// </summary>
    public static IReadOnlyList<string> Of(JsonObject body, Schema schema)
    {
        var fields = new UnknownFields();
        foreach (var (name, value) in body)
            if (name is not ("apiVersion" or "kind" or "metadata"))
                fields.Field(name, value, schema);
        return fields.found;
    }

    private void Values(JsonNode? value, Schema schema)
    {
        if (value is JsonObject map)
            foreach (var (name, child) in map)
                Field(name, child, schema);
        else if (value is JsonArray list && schema.Items is { } items)
            foreach (var item in list)
                Below("*", item, items);
    }

    private void Field(string name, JsonNode? value, Schema schema)
    {
        if (value is null)
            return;
        if (schema.Property(name) is { } property)
            Below(name, value, property);
        else if (!schema.Knows(name))
            Add(name);
    }

    private void Below(string name, JsonNode? value, Schema schema)
    {
        if (value is not (JsonObject or JsonArray))
            return;
        path.Add(name);
        Values(value, schema);
        path.RemoveAt(path.Count - 1);
    }

    private void Add(string name)
    {
        var pointer = string.Concat(path.Append(name).Select(part => $"/{JsonPointer.Escape(part)}"));
        if (!found.Contains(pointer))
            found.Add(pointer);
    }
}
