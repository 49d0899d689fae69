using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Archive.Format;

namespace Holdfast.Capture.Planning;

/// <summary>
/// Finds fields that stored objects of a custom type may have and a read at one version doesn't show: with the conversion <c>None</c> an
/// API server changes nothing but <c>apiVersion</c>, and then prunes what the schema of
/// the version asked for doesn't know. Source:
/// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/
/// </summary>
internal sealed class HiddenFields
{
    /// <summary>Enough to see which they are.</summary>
    private const int Most = 10;

    private readonly SortedSet<string> found = new(StringComparer.Ordinal);

    /// <param name="shown">The version that objects are read at.</param>
    /// <returns>
    /// Their paths, the first of them; empty: every stored version's fields are in the schema. Null: the schemas can't be read.
    /// </returns>
    public static ImmutableArray<string>? Of(CustomType type, string shown)
    {
        try
        {
            return type.Json is null ? [] : Find(type, shown);
        }
#pragma warning disable CA1031 // Only the bytes of a definition are looked at: whatever they lead to, it must not end the capture.
        catch (Exception)
        {
            return null;
        }
#pragma warning restore CA1031
    }

    private static ImmutableArray<string> Find(CustomType type, string shown)
    {
        using var definition = JsonDocument.Parse(type.Json!, new JsonDocumentOptions { MaxDepth = FormatLimits.ManifestDepth });
        var spec = definition.RootElement.GetProperty("spec"u8);
        if (IsTrue(spec, "preserveUnknownFields") || Schema(spec, shown) is not { } schema)
            return [];
        var hidden = new HiddenFields();
        foreach (var version in type.Stored)
        {
            if (version != shown && Schema(spec, version) is { } stored)
                hidden.Compare(stored, schema, "");
        }
        return [.. hidden.found];
    }

    private void Compare(JsonElement stored, JsonElement shown, string path)
    {
        if (found.Count == Most || stored.ValueKind != JsonValueKind.Object || shown.ValueKind != JsonValueKind.Object)
            return;
        if (stored.TryGetProperty("items"u8, out var items) && shown.TryGetProperty("items"u8, out var shownItems))
            Compare(items, shownItems, path + "[]");
        if (
            stored.TryGetProperty("additionalProperties"u8, out var values)
            && shown.TryGetProperty("additionalProperties"u8, out var shownValues)
        )
        {
            Compare(values, shownValues, path + ".*");
        }
        if (stored.TryGetProperty("properties"u8, out var properties))
            CompareProperties(properties, shown, path);
    }

    private void CompareProperties(JsonElement properties, JsonElement shown, string path)
    {
        var keepsAll = IsTrue(shown, "x-kubernetes-preserve-unknown-fields") || shown.TryGetProperty("additionalProperties"u8, out _);
        var known = shown.TryGetProperty("properties"u8, out var p) && p.ValueKind == JsonValueKind.Object ? p : default;
        foreach (var property in properties.EnumerateObject())
        {
            if (path.Length == 0 && property.Name is "apiVersion" or "kind" or "metadata")
                continue;
            if (known.ValueKind == JsonValueKind.Object && known.TryGetProperty(property.Name, out var same))
                Compare(property.Value, same, $"{path}.{property.Name}");
            else if (!keepsAll && found.Count < Most)
                found.Add($"{path}.{property.Name}");
        }
    }

    /// <summary>Null: the version has none of its own, so that nothing is pruned by it.</summary>
    private static JsonElement? Schema(JsonElement spec, string version)
    {
        if (!spec.TryGetProperty("versions"u8, out var versions) || versions.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var candidate in versions.EnumerateArray())
        {
            if (
                candidate.GetProperty("name"u8).ValueEquals(version)
                && candidate.TryGetProperty("schema"u8, out var schema)
                && schema.TryGetProperty("openAPIV3Schema"u8, out var found)
            )
            {
                return found;
            }
        }
        return null;
    }

    private static bool IsTrue(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;
}
