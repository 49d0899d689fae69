using System.Text.Json.Nodes;
using Holdfast.Clusters.Schemas;

namespace Holdfast.Protection.Restore.Planning;

/// <summary>Fields of a manifest that the target's schema doesn't know: its server will drop them. Pure.</summary>
internal static class UnknownFields
{
    /// <summary>JSON pointers, an item of a list as <c>*</c>, so that objects that miss the same fields have the same; in the order of the manifest.</summary>
    public static IReadOnlyList<string> Of(JsonObject body, Schema schema)
    {
        var found = new List<string>();
        foreach (var (name, value) in body)
            if (name is not ("apiVersion" or "kind" or "metadata"))
                Field("", name, value, schema, found);
        return found;
    }

    private static void Values(string path, JsonNode? value, Schema schema, List<string> found)
    {
        if (value is JsonObject map)
            foreach (var (name, child) in map)
                Field(path, name, child, schema, found);
        else if (value is JsonArray list && schema.Items is { } items)
            foreach (var item in list)
                Values($"{path}/*", item, items, found);
    }

    private static void Field(string path, string name, JsonNode? value, Schema schema, List<string> found)
    {
        var here = $"{path}/{JsonPointer.Escape(name)}";
        if (value is null)
            return;
        if (!schema.Knows(name))
        {
            if (!found.Contains(here))
                found.Add(here);
        }
        else if (schema.Property(name) is { } property)
        {
            Values(here, value, property, found);
        }
    }
}
