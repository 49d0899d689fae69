using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;
using Holdfast.Volumes.Discovering;

namespace Holdfast.Volumes.Hooks;

/// <summary>What of a pod decides about its hooks.</summary>
public sealed record HookPod
{
    /// <summary>kubectl's choice among several containers: https://kubernetes.io/docs/reference/labels-annotations-taints/</summary>
    private const string DefaultContainerAnnotation = "kubectl.kubernetes.io/default-container";

    public required string Namespace { get; init; }
    public required string Name { get; init; }
    public JsonObject Labels { get; init; } = [];
    public ImmutableDictionary<string, string> Annotations { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>In the pod's order, the sidecars among its init containers last.</summary>
    public ImmutableArray<string> Containers { get; init; } = [];

    /// <summary>Of its namespace, that it mounts.</summary>
    public ImmutableArray<string> Claims { get; init; } = [];

    /// <summary>Its phase is Running, and it isn't being deleted.</summary>
    public bool IsRunning { get; init; } = true;

    /// <summary>The one that the annotation names, else the first.</summary>
    public string DefaultContainer =>
        Annotations.GetValueOrDefault(DefaultContainerAnnotation) is { } named && Containers.Contains(named, StringComparer.Ordinal)
            ? named
            : Containers.FirstOrDefault("");

    /// <exception cref="System.Text.Json.JsonException">It isn't an object.</exception>
    public static HookPod Parse(ReadOnlySpan<byte> manifest)
    {
        var pod = ManifestJson.Parse(manifest);
        var (metadata, spec) = (pod.Object("metadata"), pod.Object("spec"));
        var sidecars = spec.Objects("initContainers").Where(c => c.Text("restartPolicy") == "Always");
        return new()
        {
            Namespace = metadata.Text("namespace") ?? "",
            Name = metadata.Text("name") ?? "",
            Labels = metadata.Object("labels")?.DeepClone().AsObject() ?? [],
            Annotations = Texts(metadata.Object("annotations")),
            Containers = [.. spec.Objects("containers").Concat(sidecars).Select(c => c.Text("name") ?? "")],
            Claims = MountingPod.Of(pod)?.Claims ?? [],
            IsRunning = pod.Object("status").Text("phase") == "Running" && metadata.Text("deletionTimestamp") is null,
        };
    }

    private static ImmutableDictionary<string, string> Texts(JsonObject? map) =>
        (map ?? []).Select(m => KeyValuePair.Create(m.Key, map.Text(m.Key) ?? "")).ToImmutableDictionary(StringComparer.Ordinal);
}
