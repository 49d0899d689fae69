using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace Holdfast.Restore.Mapping;

/// <summary>A field in which objects of some types name a namespace.</summary>
/// <param name="Path">Member by member; <c>*</c> stands for each item of a list.</param>
internal sealed record NamespaceReference(ImmutableArray<string> Path, ReferenceForm Form)
{
    /// <param name="path">Without members that have a slash in their name.</param>
    public static NamespaceReference At(string path, ReferenceForm form = ReferenceForm.Name) => new([.. path[1..].Split('/')], form);

    public static NamespaceReference Annotation(string key, ReferenceForm form) => new(["metadata", "annotations", key], form);

    /// <returns>Something was changed.</returns>
    public bool Map(ImmutableSortedDictionary<string, string> map, JsonObject manifest) => Walk(map, manifest, 0);

    private bool Walk(ImmutableSortedDictionary<string, string> map, JsonNode? node, int depth)
    {
        if (node is JsonArray list)
        {
            var changed = false;
            if (Path[depth] == "*")
                foreach (var item in list)
                    changed |= Walk(map, item, depth + 1);
            return changed;
        }
        if (node is not JsonObject parent)
            return false;
        return depth == Path.Length - 1
            ? ReferenceEdits.Edit(map, parent, Path[depth], Form)
            : parent.TryGetPropertyValue(Path[depth], out var child) && Walk(map, child, depth + 1);
    }
}
