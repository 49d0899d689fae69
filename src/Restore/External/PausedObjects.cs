using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.External;

/// <summary>An object whose operator is to wait, as it is created, and as it may act again. Pure.</summary>
internal static class PausedObjects
{
    /// <returns>A copy with the annotation that makes the operator wait.</returns>
    public static JsonObject With(JsonObject body, string group)
    {
        if (ExternalKind.Of(group, body) is not { } kind)
            return body;
        var copy = (JsonObject)body.DeepClone();
        copy.Ensure("metadata").Ensure("annotations")[kind.PauseAnnotation] = kind.Paused;
        return copy;
    }

    /// <param name="body">As prepared: with the annotation that the point had.</param>
    /// <returns>What to patch into the live object's metadata; null: someone has changed the annotation meanwhile.</returns>
    public static JsonObject? Release(JsonObject live, JsonObject body, string group)
    {
        if (ExternalKind.Of(group, body) is not { } kind || Annotations(live).Text(kind.PauseAnnotation) != kind.Paused)
            return null;
        var captured = Annotations(body).Text(kind.PauseAnnotation);
        // What the point would have deleted together with the object isn't this restore's to put at risk.
        var wanted = captured is null or "manage" ? kind.Attached : captured;
        return wanted == kind.Paused
            ? null
            : new() { ["annotations"] = new JsonObject { [kind.PauseAnnotation] = wanted is null ? null : JsonValue.Create(wanted) } };
    }

    private static JsonObject? Annotations(JsonObject manifest) => manifest.Object("metadata").Object("annotations");
}
