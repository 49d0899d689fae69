using System.Text.Json;

namespace Holdfast.Clusters.Schemas;

/// <summary>The schemas of one document, which refer to each other by name. Thread-safe once read.</summary>
internal sealed class SchemaDefinitions
{
    private const int DeepestReference = 8;

    /// <summary>Of CustomResourceDefinitions: they refer to nothing, and their servers drop what they don't know.</summary>
    public static readonly SchemaDefinitions Pruning = new(prunes: true);

    private readonly Dictionary<string, SchemaFields> fields = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Group, string Version, string Kind), Schema> byKind = [];

    // Most places have nothing but a type; they share one instance.
    private readonly Schema empty;

    private SchemaDefinitions(bool prunes)
    {
        Prunes = prunes;
        empty = new(SchemaFields.Empty, this);
    }

    /// <summary>The server drops fields that a schema doesn't know.</summary>
    public bool Prunes { get; }

    /// <param name="definitions"><c>definitions</c> of OpenAPI v2, <c>components.schemas</c> of v3. Not needed afterwards.</param>
    /// <exception cref="InvalidOperationException">It isn't an object of objects.</exception>
    public static SchemaDefinitions Published(JsonElement definitions)
    {
        var read = new SchemaDefinitions(prunes: false);
        foreach (var definition in definitions.EnumerateObject())
            read.Add(definition.Name, definition.Value);
        return read;
    }

    public Schema? Find(string group, string version, string kind) => byKind.GetValueOrDefault((group, version, kind));

    /// <returns>The fields at the end of the references; the place's own when it has none, and empty fields for a broken
    /// reference.</returns>
    public SchemaFields Follow(SchemaFields from)
    {
        for (var i = 0; i < DeepestReference && from.Reference is { } reference; i++)
            from = fields.GetValueOrDefault(reference, SchemaFields.Empty);
        return from;
    }

    public Schema Read(JsonElement element)
    {
        var own = Fields(element);
        return own == SchemaFields.Empty ? empty : new(own, this);
    }

    private void Add(string name, JsonElement definition)
    {
        var named = definition.TryGetProperty("x-kubernetes-group-version-kind", out var kinds) && kinds.ValueKind == JsonValueKind.Array;
        var own = Fields(definition);
        fields[name] = own;
        if (!named)
            return;
        foreach (var kind in kinds.EnumerateArray())
            byKind[(Text(kind, "group") ?? "", Text(kind, "version") ?? "", Text(kind, "kind") ?? "")] = new(own, this);
    }

    private SchemaFields Fields(JsonElement element)
    {
        if (
            element.ValueKind != JsonValueKind.Object
            || !element.EnumerateObject().Any(f => f.Name is not ("type" or "description" or "format"))
        )
            return SchemaFields.Empty;
        var additional = Value(element, "additionalProperties");
        return new()
        {
            Reference = ReferenceOf(element),
            Properties = Properties(element),
            Items = Value(element, "items") is { ValueKind: JsonValueKind.Object } items ? Read(items) : null,
            Additional = additional is { ValueKind: JsonValueKind.Object } any ? Read(any) : null,
            AllowsAdditional = additional is { } said ? said.ValueKind != JsonValueKind.False : null,
            ListType = Text(element, "x-kubernetes-list-type"),
            ListMapKeys = Value(element, "x-kubernetes-list-map-keys") is { ValueKind: JsonValueKind.Array } keys
                ? [.. keys.EnumerateArray().Where(k => k.ValueKind == JsonValueKind.String).Select(k => k.GetString()!)]
                : default,
            MapType = Text(element, "x-kubernetes-map-type"),
            PatchStrategy = Text(element, "x-kubernetes-patch-strategy"),
            PatchMergeKey = Text(element, "x-kubernetes-patch-merge-key"),
            PreservesUnknown = Flag(element, "x-kubernetes-preserve-unknown-fields"),
            IsEmbedded = Flag(element, "x-kubernetes-embedded-resource"),
            Default = Value(element, "default")?.Clone(),
        };
    }

    private Dictionary<string, Schema>? Properties(JsonElement element)
    {
        if (Value(element, "properties") is not { ValueKind: JsonValueKind.Object } properties)
            return null;
        var read = new Dictionary<string, Schema>(StringComparer.Ordinal);
        foreach (var property in properties.EnumerateObject())
            read[property.Name] = Read(property.Value);
        return read;
    }

    /// <summary>OpenAPI v3 wraps a reference that has a default or a description in <c>allOf</c>.</summary>
    private static string? ReferenceOf(JsonElement element)
    {
        if (Text(element, "$ref") is { } reference)
            return reference[(reference.LastIndexOf('/') + 1)..];
        return Value(element, "allOf") is { ValueKind: JsonValueKind.Array } all && all.GetArrayLength() == 1 ? ReferenceOf(all[0]) : null;
    }

    private static JsonElement? Value(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement from, string name) =>
        Value(from, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static bool? Flag(JsonElement from, string name) =>
        Value(from, name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.ValueKind == JsonValueKind.True : null;
}
