using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Cli.Manifests;

/// <summary>Manifests as JSON documents to print.</summary>
internal static class StoredJson
{
    /// <summary>Schemas inside CRDs nest deeper than System.Text.Json's default of 64.</summary>
    public const int MaxDepth = 1000;

    public static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth };

    public static readonly JsonWriterOptions OneLine = Indented with { Indented = false };

    public static JsonObject Parse(ReadOnlySpan<byte> manifest) => JsonNode.Parse(manifest, documentOptions: new() { MaxDepth = MaxDepth })!.AsObject();
}
