using System.Text.Json.Nodes;
using Holdfast.Simulator.Merging;
using Holdfast.Simulator.Types;

namespace Holdfast.Simulator.Requests;

/// <summary>
/// The OpenAPI v2 document: for every built-in type only how its lists merge, which is all that this server knows.
/// </summary>
internal sealed class SchemaDocument(TypeCatalog types)
{
    private const string Any = "any";

    public JsonObject Read()
    {
        var definitions = new JsonObject { [Any] = Definition([]) };
        foreach (var parent in ListShapes.BuiltIn.Nested)
            definitions[parent.Key] = Definition([.. parent]);
        foreach (var type in types.All.Where(t => !t.IsCustom))
            definitions[$"{type.Kind}.{type.Version}.{type.Group}"] = Of(type);
        return new() { ["swagger"] = "2.0", ["definitions"] = definitions };
    }

    private static JsonObject Of(ServedType type) =>
        new()
        {
            ["$ref"] = Reference(Any),
            ["x-kubernetes-group-version-kind"] = new JsonArray(
                new JsonObject
                {
                    ["group"] = type.Group,
                    ["version"] = type.Version,
                    ["kind"] = type.Kind,
                }
            ),
        };

    /// <param name="own">Lists that merge by key only here.</param>
    private static JsonObject Definition((string Field, IReadOnlyList<string> Keys)[] own)
    {
        var properties = new JsonObject { ["protocol"] = new JsonObject { ["default"] = "TCP" } };
        foreach (var parent in ListShapes.BuiltIn.Nested)
            properties[parent.Key] = new JsonObject { ["$ref"] = Reference(parent.Key) };
        foreach (var (field, keys) in ListShapes.BuiltIn.Anywhere.Concat(own))
            properties[field] = List(field, keys);
        return new()
        {
            ["properties"] = properties,
            ["additionalProperties"] = new JsonObject { ["$ref"] = Reference(Any) },
        };
    }

    private static JsonObject List(string field, IReadOnlyList<string> keys) =>
        new()
        {
            ["x-kubernetes-list-type"] = keys.Count == 0 ? "set" : "map",
            ["x-kubernetes-list-map-keys"] = new JsonArray([.. keys.Select(k => JsonValue.Create(k))]),
            ["items"] = new JsonObject { ["$ref"] = Reference(ListShapes.BuiltIn.Nested.Contains(field) ? field : Any) },
        };

    private static string Reference(string name) => $"#/definitions/{name}";
}
