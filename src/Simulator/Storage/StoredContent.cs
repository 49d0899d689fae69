using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Simulator.Storage;

/// <summary>Converts between an object's JSON tree and its stored bytes.</summary>
internal static class StoredContent
{
    /// <summary>The depth limit of the real server's decoder.</summary>
    private const int MaxDepth = 10_000;

    private static readonly JsonWriterOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = MaxDepth,
    };

    public static JsonDocumentOptions Reading { get; } = new() { MaxDepth = MaxDepth };

    /// <summary>A new tree, without <c>apiVersion</c> and <c>kind</c>.</summary>
    public static JsonObject Decode(StoredVersion version) => JsonNode.Parse(version.Json, documentOptions: Reading)!.AsObject();

    /// <summary>Sets the revision into the metadata and writes the object, metadata first.</summary>
    /// <param name="revision">0: none, for an object that isn't stored.</param>
    public static StoredVersion Encode(
        ObjectTable table,
        string key,
        long revision,
        JsonObject content,
        bool isDeletion = false,
        bool isCreation = false
    )
    {
        var metadata = content["metadata"]!.AsObject();
        if (revision > 0)
            metadata["resourceVersion"] = revision.ToString();
        var json = Write(metadata, content, out var metadataLength);
        return new StoredVersion
        {
            Table = table,
            Key = key,
            Revision = revision,
            Json = json,
            MetadataLength = metadataLength,
            Uid = (string)metadata["uid"]!,
            Owners = Owners(metadata),
            IsTerminating = metadata["deletionTimestamp"] is not null,
            IsDeletion = isDeletion,
            IsCreation = isCreation,
        };
    }

    private static byte[] Write(JsonObject metadata, JsonObject content, out int metadataLength)
    {
        using var buffer = new MemoryStream(1024);
        using var writer = new Utf8JsonWriter(buffer, Writing);
        writer.WriteStartObject();
        writer.WritePropertyName("metadata");
        metadata.WriteTo(writer);
        writer.Flush();
        metadataLength = (int)buffer.Length - StoredVersion.MetadataPrefix.Length;
        foreach (var (name, value) in content)
        {
            if (value is null || name is "metadata" or "apiVersion" or "kind")
                continue;
            writer.WritePropertyName(name);
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer.ToArray();
    }

    private static string[] Owners(JsonObject metadata) =>
        metadata["ownerReferences"] is JsonArray { Count: > 0 } references ? [.. references.Select(r => (string)r!["uid"]!)] : [];
}
