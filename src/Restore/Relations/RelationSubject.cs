using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.Hooks;

namespace Holdfast.Restore.Relations;

/// <summary>Finds the type of a kind that a reference names; null: it isn't known.</summary>
internal delegate ResourceType? KindFinder(string group, string kind);

/// <summary>One manifest whose references are read. Pure.</summary>
internal sealed class RelationSubject(JsonObject manifest, ResourceType type, KindFinder kinds)
{
    public JsonObject Manifest => manifest;
    public ResourceType Type => type;
    public KindFinder Kinds => kinds;
    public JsonObject? Metadata { get; } = manifest.Object("metadata");
    public JsonObject? Spec { get; } = manifest.Object("spec");
    public string? Namespace { get; } = manifest.Object("metadata").Text("namespace");
    public string Name { get; } = manifest.Object("metadata").Text("name") ?? "";

    /// <summary>What its Pods look like, with metadata and spec; null: it is neither a Pod nor makes any.</summary>
    public JsonObject? PodTemplate { get; } = TemplateOf(manifest, type);

    public JsonObject? PodSpec => PodTemplate.Object("spec");

    private static JsonObject? TemplateOf(JsonObject manifest, ResourceType type) =>
        type.GroupResource switch
        {
            KnownTypes.PodTemplates => manifest.Object("template"),
            KnownTypes.CronJobs => manifest.Object("spec").Object("jobTemplate").Object("spec").Object("template"),
            _ => PodTemplates.Of(type.GroupResource, manifest) ?? (BuiltInGroups.Have(type.Group) ? null : Custom(manifest)),
        };

    /// <summary>Workloads of other controllers (Rollouts, Knative Services) have their template at the same place.</summary>
    private static JsonObject? Custom(JsonObject manifest) =>
        manifest.Object("spec").Object("template") is { } template && template.Object("spec").Array("containers") is not null
            ? template
            : null;
}
