using System.Text.Json.Nodes;
using Holdfast.Restore.Mapping;

namespace Holdfast.Restore.Planning;

/// <summary>Names the texts of an object that seem to name a mapped namespace and stay as they are.</summary>
internal static class MentionWarnings
{
    private const int Named = 3;

    public static void Add(PlanningRun run, PlannedSubject subject, string groupResource, JsonObject body)
    {
        if (run.Request.NamespaceMapping is not { } map)
            return;
        foreach (var (path, ns) in NamespaceMentions.In(body, groupResource, map.Keys).Take(Named))
            run.Warnings.Add(
                groupResource,
                subject.Namespace,
                subject.Name,
                $"still names namespace {ns} at {path}: look whether it should"
            );
    }
}
