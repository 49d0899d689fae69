using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>What controllers read of an object as the API server sent it, and how they refer to it.</summary>
internal static class ObjectFields
{
    public static string Name(this JsonObject live) => (string)live["metadata"]!["name"]!;

    public static string? Namespace(this JsonObject live) => (string?)live["metadata"]!["namespace"];

    public static string Uid(this JsonObject live) => (string)live["metadata"]!["uid"]!;

    public static ulong Revision(this JsonObject live) => ulong.Parse((string)live["metadata"]!["resourceVersion"]!);

    /// <summary>Deletion was requested; finalizers keep it.</summary>
    public static bool IsDeleted(this JsonObject live) => live["metadata"]!["deletionTimestamp"] is not null;

    public static string[] Finalizers(this JsonObject live) =>
        live["metadata"]!["finalizers"] is JsonArray list ? [.. list.Select(f => (string)f!)] : [];

    public static string? Annotation(this JsonObject live, string key) => (string?)live["metadata"]!["annotations"]?[key];

    /// <summary>Null where any of the fields is missing.</summary>
    public static JsonNode? At(this JsonObject live, params ReadOnlySpan<string> path)
    {
        JsonNode? node = live;
        foreach (var field in path)
            node = (node as JsonObject)?[field];
        return node;
    }

    public static string? Text(this JsonObject live, params ReadOnlySpan<string> path) => (string?)live.At(path);

    public static bool Flag(this JsonObject live, params ReadOnlySpan<string> path) => (bool?)live.At(path) == true;

    /// <summary>A merge patch that sets the finalizers, unless another writer changed the object meanwhile.</summary>
    public static JsonObject FinalizersPatch(this JsonObject live, IEnumerable<string> finalizers) =>
        new()
        {
            ["metadata"] = new JsonObject
            {
                ["resourceVersion"] = live["metadata"]!["resourceVersion"]!.DeepClone(),
                ["finalizers"] = new JsonArray([.. finalizers.Select(f => JsonValue.Create(f))]),
            },
        };

    /// <summary>A merge patch that sets one annotation, or removes it.</summary>
    public static JsonObject AnnotationPatch(string key, string? value) =>
        new() { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [key] = value } } };

    /// <summary>As a <c>claimRef</c> or <c>volumeSnapshotRef</c> (client-go, tools/reference.GetReference).</summary>
    public static JsonObject Reference(this JsonObject live, string apiVersion, string kind) =>
        new()
        {
            ["apiVersion"] = apiVersion,
            ["kind"] = kind,
            ["namespace"] = live.Namespace(),
            ["name"] = live.Name(),
            ["uid"] = live.Uid(),
            ["resourceVersion"] = live["metadata"]!["resourceVersion"]!.DeepClone(),
        };

    /// <summary>Whether a <c>claimRef</c> or <c>volumeSnapshotRef</c> refers to this object, by its uid too.</summary>
    public static bool IsReferredToBy(this JsonObject live, JsonNode? reference) =>
        live.IsNamedBy(reference) && (string?)reference?["uid"] == live.Uid();

    /// <summary>Whether the reference has this object's namespace and name, and no other object's uid.</summary>
    public static bool IsNamedBy(this JsonObject live, JsonNode? reference) =>
        (string?)reference?["name"] == live.Name()
        && (string?)reference["namespace"] == live.Namespace()
        && ((string?)reference["uid"] is null or "" || (string?)reference["uid"] == live.Uid());

    /// <summary>The time as Kubernetes writes it, in whole seconds.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
}
