using System.Text;
using System.Text.Json;
using Holdfast.Clusters.Listing;

namespace Holdfast.Clusters.Tests.Listing;

/// <summary>A copy of an item as the cutter delivers it, and the same item from a whole-document parser.</summary>
internal sealed record CutItem(
    string Json,
    string Namespace,
    string Name,
    string Uid,
    string ResourceVersion,
    string? App,
    bool HasTypeMeta
)
{
    public static CutItem Of(in ListedItem item) =>
        new(
            Text(item.Json),
            Text(item.Namespace),
            Text(item.Name),
            Text(item.Uid),
            Text(item.ResourceVersion),
            item.TryGetLabel("app"u8, out var app) ? Text(app) : null,
            item.HasTypeMeta
        );

    /// <summary>All items of a list, by <see cref="JsonDocument"/>.</summary>
    public static List<CutItem> Expected(string list)
    {
        using var document = JsonDocument.Parse(list, new JsonDocumentOptions { MaxDepth = 20_000 });
        var items = document.RootElement.GetProperty("items");
        return items.ValueKind == JsonValueKind.Null ? [] : [.. items.EnumerateArray().Select(Expected)];
    }

    private static CutItem Expected(JsonElement item)
    {
        var metadata = item.TryGetProperty("metadata", out var m) && m.ValueKind == JsonValueKind.Object ? m : default;
        return new CutItem(
            item.GetRawText(),
            String(metadata, "namespace") ?? "",
            String(metadata, "name") ?? "",
            String(metadata, "uid") ?? "",
            String(metadata, "resourceVersion") ?? "",
            metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("labels", out var labels) ? String(labels, "app") : null,
            IsScalar(item, "apiVersion") && IsScalar(item, "kind")
        );
    }

    private static bool IsScalar(JsonElement item, string property) =>
        item.TryGetProperty(property, out var value) && value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);

    private static string? String(JsonElement parent, string property) =>
        parent.ValueKind == JsonValueKind.Object
        && parent.TryGetProperty(property, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
