using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Mapping;

/// <summary>Where Pods and what makes them say what a Pod is. Pure.</summary>
internal static class PodSpecs
{
    private static readonly (string Type, string Path)[] Places =
    [
        (KnownTypes.Pods, "/spec"),
        (KnownTypes.PodTemplates, "/template/spec"),
        (KnownTypes.CronJobs, "/spec/jobTemplate/spec/template/spec"),
        (KnownTypes.Deployments, "/spec/template/spec"),
        (KnownTypes.DaemonSets, "/spec/template/spec"),
        (KnownTypes.Jobs, "/spec/template/spec"),
        (KnownTypes.ReplicaSets, "/spec/template/spec"),
        (KnownTypes.ReplicationControllers, "/spec/template/spec"),
        (KnownTypes.StatefulSets, "/spec/template/spec"),
    ];

    /// <summary>Group-resources.</summary>
    public static ImmutableArray<string> Types { get; } = [.. Places.Select(p => p.Type)];

    /// <summary>By path, as JSON pointers.</summary>
    public static ILookup<string, string> TypesByPath { get; } = Places.ToLookup(p => p.Path, p => p.Type);

    public static JsonObject? Of(string groupResource, JsonObject manifest)
    {
        var place = Array.Find(Places, p => p.Type == groupResource);
        var at = place.Path is null ? null : manifest;
        foreach (var step in place.Path?[1..].Split('/') ?? [])
            at = at.Object(step);
        return at;
    }
}
