using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Clusters.Schemas;

/// <summary>How a server-side apply treats a list.</summary>
public enum ListMerge
{
    /// <summary>Replaced whole.</summary>
    Atomic,

    /// <summary>Values that are not applied stay.</summary>
    Set,

    /// <summary>Items with other keys stay; those with the same are merged.</summary>
    Map,
}

/// <summary>
/// One place in the OpenAPI schema of a type, as the API server publishes it or as a CustomResourceDefinition has it: which fields are there, and how they merge. Valid while the document that it was found in
/// is. Immutable.
/// </summary>
/// <remarks>
/// Sources: kube-openapi, <c>pkg/schemaconv</c>, which makes the merge rules of the server out of the same extensions; apiextensions-apiserver, <c>pkg/apiserver/schema/pruning</c>, for unknown fields.
/// </remarks>
public readonly struct Schema
{
    private const int DeepestReference = 8;

    private static readonly string[] TypeMeta = ["apiVersion", "kind", "metadata"];

    private readonly JsonElement own;
    private readonly JsonElement target;
    private readonly JsonElement definitions;
    private readonly bool prunes;

    private Schema(JsonElement own, JsonElement definitions, bool prunes)
    {
        (this.own, this.definitions, this.prunes) = (own, definitions, prunes);
        target = Follow(own, definitions);
    }

    /// <summary>The metadata of an object of any type, as far as merging goes.</summary>
    public static Schema Metadata { get; } = OfDefinition(JsonDocument.Parse("""
        {"properties":{
          "labels":{"additionalProperties":{"type":"string"}},"annotations":{"additionalProperties":{"type":"string"}},
          "finalizers":{"x-kubernetes-list-type":"set"},
          "ownerReferences":{"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["uid"],"items":{"x-kubernetes-map-type":"atomic"}}},
         "x-kubernetes-preserve-unknown-fields":true}
        """).RootElement);

    /// <param name="element">A schema of a published document.</param>
    /// <param name="definitions">Where its references lead: <c>definitions</c> of OpenAPI v2, <c>components.schemas</c> of v3.</param>
    public static Schema Published(JsonElement element, JsonElement definitions) => new(element, definitions, prunes: false);

    /// <param name="openApiV3Schema">Of a version of a CustomResourceDefinition; what it doesn't know is dropped.</param>
    public static Schema OfDefinition(JsonElement openApiV3Schema) => new(openApiV3Schema, default, prunes: true);

    public Schema? Items => Find("items") is { ValueKind: JsonValueKind.Object } items ? At(items) : null;

    public ListMerge Merge => Text("x-kubernetes-list-type") switch
    {
        "map" => ListMerge.Map,
        "set" => ListMerge.Set,
        "atomic" => ListMerge.Atomic,
        // Built-in types name it as they did before server-side apply.
        _ when Text("x-kubernetes-patch-strategy")?.Split(',').Contains("merge") == true => Text("x-kubernetes-patch-merge-key") is null ? ListMerge.Set : ListMerge.Map,
        _ => ListMerge.Atomic,
    };

    /// <summary>The fields that tell items of a <see cref="ListMerge.Map"/> apart.</summary>
    public ImmutableArray<string> Keys
    {
        get
        {
            if (Find("x-kubernetes-list-map-keys") is { ValueKind: JsonValueKind.Array } keys)
                return [.. keys.EnumerateArray().Where(k => k.ValueKind == JsonValueKind.String).Select(k => k.GetString()!)];
            return Text("x-kubernetes-patch-merge-key") is { } key ? [key] : [];
        }
    }

    /// <summary>A map that is replaced whole.</summary>
    public bool IsAtomicMap => Text("x-kubernetes-map-type") == "atomic";

    /// <summary>What the server puts in for a field that isn't there; null: nothing.</summary>
    public JsonElement? Default => Find("default");

    /// <summary>The schema of a field; null: there is none.</summary>
    public Schema? Property(string name)
    {
        if (IsEmbedded && name == "metadata")
            return Metadata;
        if (Find("properties") is { ValueKind: JsonValueKind.Object } properties && properties.TryGetProperty(name, out var property))
            return At(property);
        return Find("additionalProperties") is { ValueKind: JsonValueKind.Object } additional ? At(additional) : null;
    }

    /// <summary>The server keeps a field of this name.</summary>
    public bool Knows(string name)
    {
        if (Property(name) is not null || Flag("x-kubernetes-preserve-unknown-fields") || (IsEmbedded && TypeMeta.Contains(name)))
            return true;
        if (Find("additionalProperties") is { ValueKind: not JsonValueKind.False })
            return true;
        // Of built-in types, an object that lists no fields may have any.
        return !prunes && Find("properties") is null;
    }

    private bool IsEmbedded => Flag("x-kubernetes-embedded-resource");

    private Schema At(JsonElement element) => new(element, definitions, prunes);

    private JsonElement? Find(string name)
    {
        if (own.ValueKind == JsonValueKind.Object && own.TryGetProperty(name, out var value))
            return value;
        return target.ValueKind == JsonValueKind.Object && target.TryGetProperty(name, out value) ? value : null;
    }

    private string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    private static JsonElement Follow(JsonElement from, JsonElement definitions)
    {
        for (var i = 0; i < DeepestReference && ReferenceOf(from) is { } reference; i++)
        {
            var name = reference[(reference.LastIndexOf('/') + 1)..];
            if (definitions.ValueKind != JsonValueKind.Object || !definitions.TryGetProperty(name, out from))
                return default;
        }
        return from;
    }

    /// <summary>OpenAPI v3 wraps a reference that has a default or a description in <c>allOf</c>.</summary>
    private static string? ReferenceOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        if (element.TryGetProperty("$ref", out var reference) && reference.ValueKind == JsonValueKind.String)
            return reference.GetString();
        return element.TryGetProperty("allOf", out var all) && all.ValueKind == JsonValueKind.Array && all.GetArrayLength() == 1 ? ReferenceOf(all[0]) : null;
    }
}
