using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Archive.Format;
using Holdfast.Orchestrations.Runs;
using Holdfast.Protection.Policies;

namespace Holdfast.Functions.OpenApi;

/// <summary>The API's documents as JSON schemas, made from the same type descriptions that read and write them.</summary>
internal sealed class Schemas
{
    private const string DnsLabel = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";

    /// <summary>Values that are texts with a form of their own.</summary>
    private static readonly Dictionary<Type, string> Texts = new()
    {
        [typeof(ClusterName)] = DnsLabel,
        [typeof(PolicyName)] = DnsLabel,
        [typeof(PointId)] = "^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}$",
        [typeof(RunId)] = @"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}(\.[-a-z0-9]{1,63})?$",
        [typeof(ContentDigest)] = "^[0-9a-f]{64}$",
    };

    private static readonly JsonSchemaExporterOptions Options = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform };

    private readonly SortedDictionary<string, JsonNode> named = new(StringComparer.Ordinal);

    /// <summary>A reference to the type's schema, which is put among the named ones.</summary>
    public JsonObject Reference(JsonTypeInfo type)
    {
        var name = NameOf(type.Type);
        if (!named.ContainsKey(name))
            named[name] = type.GetJsonSchemaAsNode(Options);
        return new() { ["$ref"] = $"#/components/schemas/{name}" };
    }

    public JsonObject All() => new(named.Select(schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value)));

    private static string NameOf(Type type)
    {
        if (!type.IsGenericType)
            return type.Name;
        var outer = type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)];
        return $"{NameOf(type.GetGenericArguments()[0])}{outer}";
    }

    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        if (Texts.TryGetValue(type, out var pattern))
            return Text(type != context.TypeInfo.Type, ("pattern", pattern));
        if (type == typeof(DateTimeOffset))
            return Text(type != context.TypeInfo.Type, ("format", "date-time"));
        if (type == typeof(TimeSpan))
            return Text(type != context.TypeInfo.Type, ("examples", null));
        if (type == typeof(JsonElement))
            return new JsonObject();
        return schema;
    }

    private static JsonObject Text(bool nullable, (string Name, string? Value) constraint)
    {
        var text = new JsonObject { ["type"] = nullable ? new JsonArray("string", "null") : "string" };
        if (constraint.Value is { } value)
            text[constraint.Name] = value;
        return text;
    }
}
