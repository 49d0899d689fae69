using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.Restore.External;

namespace Holdfast.Restore.Planning;

/// <summary>
/// Decides what becomes of objects that stand for resources outside the cluster. In its own cluster a missing one takes its resource up
/// again; in another one it waits, since the source may still manage the resource; beside its source it isn't made.
/// </summary>
internal sealed class ExternalResources(PlanningRun run)
{
    /// <param name="manifest">As captured, with its status.</param>
    /// <param name="captured">The object's namespace in the point.</param>
    /// <returns>Null: it stands for nothing outside.</returns>
    public StepExternal? Of(ResourceType type, JsonObject manifest, string? captured)
    {
        if (ExternalKind.Of(type.Group, manifest) is not { } kind || kind.Id(manifest) is not { } id)
            return null;
        var to = run.Point.Inventory.PinnedAt;
        // Under a name of its own, the object stands for another resource than its source does.
        if (ExternalKind.ResourceName(manifest) is { } name && run.Mappings.Mappings.ExternalId(name) is { } mapped)
            return new(kind.Name, mapped.New, ExternalChoice.Attach);
        var earliest = ExternalKind.EarliestRestore(manifest.Object("status"));
        return new(kind.Name, id, Choice(captured))
        {
            EarliestRestore = earliest,
            RestoreTo = earliest is not null || PointInTime.IsKnown(type.GroupResource) ? to : null,
            RestoreCommand = PointInTime.Command(type.GroupResource, id, to),
        };
    }

    /// <summary>What a person should know of an object that is created.</summary>
    public void Warn(PlannedSubject subject, ResourceType type, StepExternal external)
    {
        if (external.Choice == ExternalChoice.Pause)
            run.Warnings.Add(
                type.GroupResource,
                subject.Namespace,
                subject.Name,
                $"comes back paused, since the source may still manage {external.Id}; --adopt-external lets {external.Operator} take it up"
            );
        if (external.RestoreTo is { } time)
            run.Warnings.Add(
                type.GroupResource,
                subject.Namespace,
                subject.Name,
                $"has the data that {external.Id} has now, not that of the point: {Offer(external, time)}"
            );
    }

    /// <summary>Why an object isn't restored that would own another's resource.</summary>
    public static string Left(StepExternal external) =>
        $"it stands for {external.Id}, which the object that it was captured as owns: two objects never manage one resource. "
        + $"Make one of its own{(external.RestoreTo is { } time ? $": {Offer(external, time)}" : "")}";

    private static string Offer(StepExternal external, DateTimeOffset time)
    {
        var since = external.EarliestRestore is { } earliest ? $" (possible from {PointInTime.Text(earliest)} on, as captured)" : "";
        return $"its cloud can make another one as of {PointInTime.Text(time)}{since}"
            + (external.RestoreCommand is { } command ? $": `{command}`" : "");
    }

    private ExternalChoice Choice(string? captured)
    {
        if (run.IsOtherCluster && run.Request.AdoptExternal == true)
            return ExternalChoice.Attach;
        if (run.IsMapped(captured))
            return ExternalChoice.Leave;
        return run.IsOtherCluster ? ExternalChoice.Pause : ExternalChoice.Attach;
    }
}
