using System.Text.Json.Nodes;
using Holdfast.Manifests;

namespace Holdfast.Restore.Readiness;

/// <summary>Why a Pod isn't ready, from its own status. Pure.</summary>
internal static class PodTrouble
{
    /// <summary>Null: it is ready, has succeeded, or says nothing.</summary>
    public static string? Of(JsonObject pod)
    {
        var status = pod.Object("status");
        if (status.Text("phase") == "Succeeded" || Conditions.IsTrue(status, "Ready"))
            return null;
        if (status.Text("phase") == "Failed")
            return Said(status) ?? OfContainers(status) ?? "it failed";
        return OfContainers(status) ?? OfCondition(status, "PodScheduled") ?? OfCondition(status, "Ready") ?? Said(status);
    }

    private static string? OfContainers(JsonObject? status)
    {
        foreach (var container in status.Objects("initContainerStatuses").Concat(status.Objects("containerStatuses")))
        {
            var (name, state) = (container.Text("name"), container.Object("state"));
            // PodInitializing and ContainerCreating are what every Pod goes through: they explain nothing.
            if (state.Object("waiting") is { } waiting && waiting.Text("reason") is not (null or "PodInitializing" or "ContainerCreating"))
                return $"container {name}: {Quoted(waiting)}";
            if (state.Object("terminated") is { } ended && ended.Number("exitCode") is not (null or 0) and var code)
                return $"container {name} exited with {code}{(ended.Text("reason") is { } reason ? $" ({reason})" : "")}";
        }
        return null;
    }

    private static string? OfCondition(JsonObject? status, string type) =>
        Conditions.Find(status, type) is { } condition && condition.Text("status") != "True" ? Conditions.Quote(condition) : null;

    private static string? Said(JsonObject? status) => status.Text("reason") is null ? null : Quoted(status!);

    private static string Quoted(JsonObject part) =>
        part.Text("message") is { Length: > 0 } message ? $"{part.Text("reason")}: {message}" : part.Text("reason")!;
}
