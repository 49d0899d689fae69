using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Volumes;

/// <summary>Gives claims, volumes and the claim templates of StatefulSets another storage class. Pure.</summary>
internal static class StorageClassMap
{
    public const string Annotation = "volume.beta.kubernetes.io/storage-class";

    public static string Of(ImmutableSortedDictionary<string, string>? map, string captured) =>
        map?.GetValueOrDefault(captured) ?? captured;

    /// <summary>The class that a claim or a volume names; null: none, so that it gets the default one.</summary>
    public static string? ClassOf(JsonObject manifest) =>
        manifest.Object("metadata").Object("annotations").Text(Annotation) ?? manifest.Object("spec").Text("storageClassName");

    /// <param name="manifest">A claim, a volume, a claim template, or an object with such templates; is changed.</param>
    public static void Apply(ImmutableSortedDictionary<string, string>? map, JsonObject manifest)
    {
        if (map is null)
            return;
        Replace(map, manifest.Object("spec"), "storageClassName");
        Replace(map, manifest.Object("metadata").Object("annotations"), Annotation);
        foreach (var template in manifest.Object("spec").Objects("volumeClaimTemplates"))
            Apply(map, template);
    }

    private static void Replace(ImmutableSortedDictionary<string, string> map, JsonObject? holder, string field)
    {
        if (holder.Text(field) is { } captured && map.TryGetValue(captured, out var mapped))
            holder![field] = mapped;
    }
}
