using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Manifests.Selecting;

namespace Holdfast.Restore.Selection;

/// <summary>The short and singular names that the CRDs of points give their types, as kubectl takes them.</summary>
public static class CustomNames
{
    public static readonly IReadOnlyDictionary<string, string> None = ImmutableDictionary<string, string>.Empty;

    /// <summary>To group-resources. Read only where nothing else explains one of the kinds.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(
        IReadOnlyList<PointManifests> points,
        IEnumerable<string> kinds,
        IReadOnlyCollection<ResourceType> types,
        CancellationToken cancellation
    )
    {
        if (kinds.All(k => KindNames.Find(k, types, None).Length > 0))
            return None;
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var point in points)
        {
            var segments = point.SegmentsOf(KnownTypes.CustomResourceDefinitions);
            await foreach (var (_, manifest, _) in point.ReadParsedAsync(segments, cancellation))
                Add(found, manifest.Object("spec"));
        }
        return found;
    }

    private static void Add(Dictionary<string, string> found, JsonObject? spec)
    {
        var names = spec.Object("names");
        var full = $"{names.Text("plural")}.{spec.Text("group")}";
        if (names.Text("singular") is { } singular)
            found.TryAdd(singular, full);
        foreach (var item in names.Array("shortNames") ?? [])
            if (item is JsonValue value && value.TryGetValue(out string? text))
                found.TryAdd(text, full);
    }
}
