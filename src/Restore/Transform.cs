using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Manifests.Editing;

namespace Holdfast.Restore;

/// <summary>
/// Changes that a restore makes to the objects that match. In this order: remove, set, replace, merge, patch. Specified in
/// docs/restore.md, "Transforms", and docs/schemas/transforms.schema.json.
/// </summary>
public sealed record Transform
{
    /// <summary>For messages and the plan; null: its number.</summary>
    public string? Name { get; init; }

    /// <summary>All conditions together; none: every object.</summary>
    public TransformMatch Match
    {
        get => field ?? new();
        init;
    }

    /// <summary>Fields to take out, where they are (<see cref="FieldPattern"/>).</summary>
    public ImmutableArray<string> Remove
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    public ImmutableArray<FieldValue> Set
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    public ImmutableArray<TextReplacement> Replace
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>A JSON merge patch (RFC 7396): an object.</summary>
    public JsonElement? Merge { get; init; }

    /// <summary>A JSON patch (RFC 6902); all of it or an error.</summary>
    public ImmutableArray<TransformOperation> Patch
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>Which objects of the point are meant, as they were captured.</summary>
public sealed record TransformMatch
{
    /// <summary>As kubectl takes them: <c>deployment</c>, <c>deployments.apps</c>, <c>Widget</c>.</summary>
    public ImmutableArray<string> Kinds
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>With <c>*</c> for any characters and <c>?</c> for one; cluster-scoped objects match none.</summary>
    public ImmutableArray<string> Namespaces
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>With <c>*</c> and <c>?</c> likewise.</summary>
    public ImmutableArray<string> Names
    {
        get => field.IsDefault ? [] : field;
        init;
    }

    /// <summary>As kubectl's <c>-l</c>.</summary>
    public string? Labels { get; init; }

    /// <summary>Each has to hold.</summary>
    public ImmutableArray<FieldCondition> Fields
    {
        get => field.IsDefault ? [] : field;
        init;
    }
}

/// <summary>Some field of the path has the value, or is a text that the pattern matches; with neither: is there.</summary>
public sealed record FieldCondition
{
    /// <summary>With <c>*</c> for each item (<see cref="FieldPattern"/>).</summary>
    public required string Path { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Value { get; init; }

    /// <summary>A regular expression of .NET, without backtracking.</summary>
    public string? Matches { get; init; }
}

/// <param name="Path">With <c>*</c> for each item; what is missing behind the last one is created.</param>
public sealed record FieldValue(string Path, JsonElement Value);

/// <param name="Path">With <c>*</c> for each item; what isn't a text stays.</param>
/// <param name="Pattern">A regular expression of .NET, without backtracking; every match is replaced.</param>
/// <param name="With"><c>$1</c> and <c>${name}</c> stand for groups of the pattern.</param>
public sealed record TextReplacement(string Path, string Pattern, string With);

/// <summary>One operation of a JSON patch.</summary>
public sealed record TransformOperation
{
    public required PatchOperationKind Op { get; init; }
    public required string Path { get; init; }

    /// <summary>Of a move or a copy.</summary>
    public string? From { get; init; }

    /// <summary>Of an add, a replace or a test.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Value { get; init; }
}
