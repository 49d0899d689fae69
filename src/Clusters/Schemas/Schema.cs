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
/// One place in the OpenAPI schema of a type, as the API server publishes it or as a CustomResourceDefinition has it: which fields are
/// there, and how they merge. Descriptions, formats and validations are left out, so that the schemas of a whole server take little memory.
/// Immutable.
/// </summary>
/// <remarks>
/// Sources: kube-openapi, <c>pkg/schemaconv</c>, which makes the merge rules of the server out of the same extensions;
/// apiextensions-apiserver, <c>pkg/apiserver/schema/pruning</c>, for unknown fields.
/// </remarks>
public sealed class Schema
{
    private static readonly string[] TypeMeta = ["apiVersion", "kind", "metadata"];

    private readonly SchemaFields own;
    private readonly SchemaDefinitions definitions;
    private SchemaFields? target;

    internal Schema(SchemaFields own, SchemaDefinitions definitions) => (this.own, this.definitions) = (own, definitions);

    /// <summary>The metadata of an object of any type, as far as merging goes.</summary>
    public static Schema Metadata { get; } =
        OfDefinition(
            JsonDocument
                .Parse(
                    """
                    {"properties":{
                      "labels":{"additionalProperties":{"type":"string"}},"annotations":{"additionalProperties":{"type":"string"}},
                      "finalizers":{"x-kubernetes-list-type":"set"},
                      "ownerReferences":{"x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["uid"],
                        "items":{"x-kubernetes-map-type":"atomic"}}},
                     "x-kubernetes-preserve-unknown-fields":true}
                    """
                )
                .RootElement
        );

    /// <param name="element">A schema of a published document.</param>
    /// <param name="definitions">Where its references lead: <c>definitions</c> of OpenAPI v2, <c>components.schemas</c> of v3.</param>
    public static Schema Published(JsonElement element, JsonElement definitions) => SchemaDefinitions.Published(definitions).Read(element);

    /// <param name="openApiV3Schema">Of a version of a CustomResourceDefinition; what it doesn't know is dropped.</param>
    public static Schema OfDefinition(JsonElement openApiV3Schema) => SchemaDefinitions.Pruning.Read(openApiV3Schema);

    public Schema? Items => own.Items ?? Target.Items;

    public ListMerge Merge =>
        (own.ListType ?? Target.ListType) switch
        {
            "map" => ListMerge.Map,
            "set" => ListMerge.Set,
            "atomic" => ListMerge.Atomic,
            // Built-in types still declare it as before server-side apply.
            _ when (own.PatchStrategy ?? Target.PatchStrategy)?.Split(',').Contains("merge") == true => PatchMergeKey is null
                ? ListMerge.Set
                : ListMerge.Map,
            _ => ListMerge.Atomic,
        };

    /// <summary>The fields that identify the items of a <see cref="ListMerge.Map"/>.</summary>
    public ImmutableArray<string> Keys
    {
        get
        {
            var keys = own.ListMapKeys.IsDefault ? Target.ListMapKeys : own.ListMapKeys;
            if (!keys.IsDefault)
                return keys;
            return PatchMergeKey is { } key ? [key] : [];
        }
    }

    /// <summary>A map that is replaced whole.</summary>
    public bool IsAtomicMap => (own.MapType ?? Target.MapType) == "atomic";

    /// <summary>The server's default for a missing field; null: none.</summary>
    public JsonElement? Default => own.Default ?? Target.Default;

    private string? PatchMergeKey => own.PatchMergeKey ?? Target.PatchMergeKey;

    private bool IsEmbedded => own.IsEmbedded ?? Target.IsEmbedded ?? false;

    /// <summary>The target of a reference; without one, the place itself.</summary>
    private SchemaFields Target => target ??= definitions.Follow(own);

    /// <summary>The schema of a field; null if there is none.</summary>
    public Schema? Property(string name)
    {
        if (IsEmbedded && name == "metadata")
            return Metadata;
        if ((own.Properties ?? Target.Properties) is { } properties && properties.TryGetValue(name, out var property))
            return property;
        return own.Additional ?? Target.Additional;
    }

    /// <summary>The server keeps a field of this name.</summary>
    public bool Knows(string name)
    {
        if (
            Property(name) is not null
            || (own.PreservesUnknown ?? Target.PreservesUnknown) == true
            || (IsEmbedded && TypeMeta.Contains(name))
        )
            return true;
        if ((own.AllowsAdditional ?? Target.AllowsAdditional) == true)
            return true;
        // In built-in types, an object without listed fields may have any.
        return !definitions.Prunes && (own.Properties ?? Target.Properties) is null;
    }
}
