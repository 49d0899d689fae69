using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;

namespace Holdfast.Manifests;

/// <summary>
/// Reading Kubernetes objects as JSON without a type for each kind: what is absent or of another shape reads as null or empty, never as an
/// error.
/// </summary>
public static class ManifestJson
{
    // Writing may add a little to what was read.
    private static readonly JsonWriterOptions AsReceived = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = FormatLimits.ManifestDepth + 16,
    };

    /// <summary>Parses one manifest. Values stay slices of a copy of the bytes until they are asked for.</summary>
    /// <exception cref="JsonException">It is none that a reader takes (<see cref="ManifestText"/>).</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> manifest)
    {
        if (ManifestText.Illegible(manifest) is { } fault)
            throw new JsonException(fault);
        return JsonNode.Parse(manifest, documentOptions: ManifestText.Options) as JsonObject
            ?? throw new JsonException("a manifest is a JSON object");
    }

    /// <summary>Parses what a text of a manifest, a patch or a transform holds as JSON.</summary>
    /// <exception cref="JsonException">
    /// It is none, nests too deep, or has a member twice or half a character: a node would fail later, where it is looked at.
    /// </exception>
    public static JsonNode? ParseText(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (ManifestText.Illegible(bytes) is { } fault)
            throw new JsonException(fault);
        return JsonNode.Parse(bytes, documentOptions: ManifestText.Options);
    }

    public static byte[] Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var writer = new Utf8JsonWriter(buffer, AsReceived))
            node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    public static JsonObject? Object(this JsonObject? parent, string name) =>
        parent is not null && parent.TryGetPropertyValue(name, out var child) ? child as JsonObject : null;

    public static JsonArray? Array(this JsonObject? parent, string name) =>
        parent is not null && parent.TryGetPropertyValue(name, out var child) ? child as JsonArray : null;

    /// <summary>The objects of an array; anything else in it is passed over.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonObject? parent, string name) => parent.Array(name)?.OfType<JsonObject>() ?? [];

    public static string? Text(this JsonObject? parent, string name) =>
        parent is not null
        && parent.TryGetPropertyValue(name, out var child)
        && child is JsonValue value
        && value.TryGetValue(out string? text)
            ? text
            : null;

    public static bool Flag(this JsonObject? parent, string name) =>
        parent is not null
        && parent.TryGetPropertyValue(name, out var child)
        && child is JsonValue value
        && value.TryGetValue(out bool flag)
        && flag;

    public static int? Number(this JsonObject? parent, string name) =>
        parent is not null
        && parent.TryGetPropertyValue(name, out var child)
        && child is JsonValue value
        && value.TryGetValue(out int number)
            ? number
            : null;

    /// <summary>The object at <paramref name="name"/>, made where there is none.</summary>
    public static JsonObject Ensure(this JsonObject parent, string name)
    {
        if (parent.Object(name) is { } present)
            return present;
        var made = new JsonObject();
        parent[name] = made;
        return made;
    }

    /// <summary>Takes the node out of its parent, so that it can be put elsewhere.</summary>
    public static JsonNode? Take(this JsonObject parent, string name)
    {
        if (!parent.TryGetPropertyValue(name, out var child))
            return null;
        parent.Remove(name);
        return child;
    }

    /// <summary>Removes the items that <paramref name="match"/> says, and the whole list when that leaves none.</summary>
    public static void RemoveItems(this JsonObject? parent, string name, Predicate<JsonObject> match)
    {
        if (parent.Array(name) is not { } items)
            return;
        var before = items.Count;
        for (var i = items.Count - 1; i >= 0; i--)
            if (items[i] is JsonObject item && match(item))
                items.RemoveAt(i);
        if (items.Count == 0 && before > 0)
            parent!.Remove(name);
    }

    /// <summary>Splits <c>apps/v1</c> into group and version; the core group is empty.</summary>
    public static string GroupOf(string? apiVersion)
    {
        var slash = apiVersion?.IndexOf('/') ?? -1;
        return slash < 0 ? "" : apiVersion![..slash];
    }
}
