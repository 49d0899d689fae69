using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Hooks;

/// <summary>The init container of a restore hook, in the Pod or template of what is created, and out of it again. Pure.</summary>
internal static class InitContainers
{
    /// <param name="annotated">The Pod or template that has the hook's annotations.</param>
    /// <returns>A copy of the object with the init container in front of its others; the object itself where its Pods have one of that
    /// name.</returns>
    public static JsonObject With(JsonObject body, string groupResource, StepHook hook, JsonObject? annotated)
    {
        var copy = (JsonObject)body.DeepClone();
        if (PodTemplates.Of(groupResource, copy)?.Ensure("spec") is not { } spec || Has(spec, hook.Container))
            return body;
        var containers = spec.Array("initContainers") ?? [];
        containers.Insert(0, Container(spec, hook, annotated));
        if (containers.Parent is null)
            spec["initContainers"] = containers;
        return copy;
    }

    /// <returns>What to patch into the live object so that its template is as captured; null: it has no such container.</returns>
    public static JsonObject? Without(JsonObject live, string groupResource, StepHook hook)
    {
        var spec = PodTemplates.Of(groupResource, live).Object("spec");
        if (!Has(spec, hook.Container))
            return null;
        var others = spec.Objects("initContainers").Where(c => c.Text("name") != hook.Container).Select(c => c.DeepClone()).ToArray();
        var kept = new JsonObject { ["initContainers"] = others.Length == 0 ? null : new JsonArray(others) };
        return new() { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = kept } } };
    }

    private static bool Has(JsonObject? spec, string? name) => spec.Objects("initContainers").Any(c => c.Text("name") == name);

    private static JsonObject Container(JsonObject spec, StepHook hook, JsonObject? annotated)
    {
        var container = new JsonObject { ["name"] = hook.Container, ["image"] = hook.Image };
        if (RestoreHookAnnotations.CommandOf(hook, annotated) is { IsEmpty: false } command)
            container["command"] = new JsonArray([.. command.Select(c => JsonValue.Create(c))]);
        var mounted = RestoreHookAnnotations.MountsOf(hook, annotated);
        var mounts = spec.Objects("containers").FirstOrDefault(c => c.Text("name") == mounted).Array("volumeMounts");
        if (mounted is not null && mounts is not null)
            container["volumeMounts"] = mounts.DeepClone();
        return container;
    }
}
