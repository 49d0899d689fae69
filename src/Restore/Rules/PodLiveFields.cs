using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Rules;

/// <summary>What the scheduler, admission and the Job controller gave a live Pod or Job.</summary>
internal static class PodLiveFields
{
    public static void CarryOver(JsonObject desired, JsonObject live)
    {
        if (desired.Object("spec") is not { } spec || live.Object("spec") is not { } given)
            return;
        LiveFields.CopyMissing(spec, given, "nodeName", "priority", "preemptionPolicy", "ephemeralContainers");
        var account = given.Text("serviceAccountName") ?? "default";
        var tokens = given.Objects("volumes").Where(v => PodRules.IsTokenVolume(v, account)).ToList();
        if (tokens.Count == 0)
            return;
        var names = tokens.Select(v => v.Text("name")).ToHashSet(StringComparer.Ordinal);
        CarryOverItems(spec, given, "volumes", v => names.Contains(v.Text("name")));
        foreach (var container in PodRules.Containers(spec))
            if (PodRules.Containers(given).FirstOrDefault(c => c.Text("name") == container.Text("name")) is { } running)
                CarryOverItems(container, running, "volumeMounts", m => names.Contains(m.Text("name")));
    }

    /// <summary>The selector, the labels that it selects by, and the template's labels for a Job that has none of its own.</summary>
    public static void CarryOverJob(JsonObject desired, JsonObject live)
    {
        var spec = desired.Ensure("spec");
        LiveFields.CopyMissing(spec, live.Object("spec"), "selector");
        var template = live.Object("spec").Object("template").Object("metadata");
        if (JsonNode.DeepEquals(live.Object("metadata").Object("labels"), template.Object("labels")))
            LiveFields.CopyMissing(desired.Ensure("metadata"), live.Object("metadata"), "labels");
        CarryOverLabels(spec.Object("template")?.Ensure("metadata"), template);
        CarryOverLabels(desired.Ensure("metadata"), live.Object("metadata"));
    }

    private static void CarryOverLabels(JsonObject? to, JsonObject? from)
    {
        if (to is not null && from.Object("labels") is { } labels && PodRules.JobLabels.Any(labels.ContainsKey))
            LiveFields.CopyMissing(to.Ensure("labels"), labels, PodRules.JobLabels);
    }

    /// <summary>
    /// Puts the live object's own items where they stand in its list, so that an order that did not change compares equal.
    /// </summary>
    private static void CarryOverItems(JsonObject to, JsonObject from, string list, Predicate<JsonObject> own)
    {
        if (from.Array(list) is not { } given)
            return;
        if (to.Array(list) is not { } items)
            to[list] = items = [];
        for (var i = 0; i < given.Count; i++)
            if (given[i] is JsonObject item && own(item))
                items.Insert(Math.Min(i, items.Count), item.DeepClone());
    }
}
