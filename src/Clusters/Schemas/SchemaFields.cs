using System.Collections.Immutable;
using System.Text.Json;

namespace Holdfast.Clusters.Schemas;

/// <summary>The fields of one place of a schema, without its reference's target. Null: not set.</summary>
internal sealed class SchemaFields
{
    public static readonly SchemaFields Empty = new();

    /// <summary>The name of the definition that it refers to.</summary>
    public string? Reference { get; init; }

    public Dictionary<string, Schema>? Properties { get; init; }
    public Schema? Items { get; init; }

    /// <summary>The schema of all fields that are not in <see cref="Properties"/>.</summary>
    public Schema? Additional { get; init; }

    public bool? AllowsAdditional { get; init; }
    public string? ListType { get; init; }

    /// <summary>Default (not empty): not set.</summary>
    public ImmutableArray<string> ListMapKeys { get; init; }

    public string? MapType { get; init; }
    public string? PatchStrategy { get; init; }
    public string? PatchMergeKey { get; init; }
    public bool? PreservesUnknown { get; init; }
    public bool? IsEmbedded { get; init; }
    public JsonElement? Default { get; init; }
}
