using System.Text.Json.Nodes;

namespace Holdfast.Manifests.Editing;

/// <summary>JSON merge patch, RFC 7396.</summary>
public static class MergePatch
{
    /// <summary>Changes <paramref name="target"/> in place.</summary>
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, value) in patch)
        {
            if (value is null)
                target.Remove(name);
            else if (value is not JsonObject changes)
                target[name] = value.DeepClone();
            else if (target[name] is JsonObject existing)
                Apply(existing, changes);
            else
                Apply(Replace(target, name), changes);
        }
    }

    private static JsonObject Replace(JsonObject target, string name)
    {
        var empty = new JsonObject();
        target[name] = empty;
        return empty;
    }
}
