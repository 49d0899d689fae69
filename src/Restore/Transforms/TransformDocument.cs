using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Holdfast.Restore.Transforms;

/// <summary>
/// A file of transforms, YAML or JSON: Holdfast's own (docs/schemas/transforms.schema.json), or Velero's resource modifiers.
/// </summary>
public sealed record TransformDocument
{
    /// <summary>Of a file, in bytes.</summary>
    public const int Longest = 1 << 20;
    private const int CurrentVersion = 1;

    /// <summary>For editors only.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }
    public required int Version { get; init; }
    public required ImmutableArray<Transform> Transforms { get; init; }

    /// <exception cref="RestoreException">BadRequest, with all that is wrong.</exception>
    public static ImmutableArray<Transform> Read(string text) =>
        RequestDocument.Read(
            "the transforms",
            text,
            document =>
            {
                var transforms = VeleroModifiers.Is(document) ? VeleroModifiers.Read(document) : Own(document);
                TransformSet.Of(transforms);
                return transforms;
            }
        );

    /// <summary>What is wrong with transforms that came otherwise than in a file, for a person.</summary>
    public static ImmutableArray<string> Problems(ImmutableArray<Transform> transforms)
    {
        try
        {
            TransformSet.Of(transforms);
            return [];
        }
        catch (RestoreException e)
        {
            return e.Problems;
        }
    }

    private static ImmutableArray<Transform> Own(JsonObject document)
    {
        RequestDocument.RequireVersion("the transforms", document, CurrentVersion);
        return document.Deserialize(TransformJson.Default.TransformDocument)!.Transforms;
    }
}

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true
)]
[JsonSerializable(typeof(TransformDocument))]
[JsonSerializable(typeof(VeleroDocument))]
internal sealed partial class TransformJson : JsonSerializerContext;
