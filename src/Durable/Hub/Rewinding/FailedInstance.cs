using Holdfast.Durable.Client;
using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Hub.Rewinding;

/// <summary>What became of a sub-orchestration whose failure its caller was told.</summary>
/// <param name="Failed">It failed itself and can be rewound; null: it can't.</param>
/// <param name="StillAnswers">Its answer comes, or has come, after the failure that was told: it runs again, or was rewound before.</param>
internal sealed record FailedChild(FailedInstance? Failed, bool StillAnswers);

/// <summary>A failed instance with its history, and those of its failed sub-orchestrations.</summary>
/// <param name="Children">By the task that called them.</param>
internal sealed record FailedInstance(InstanceRow Instance, List<HistoryEvent> History, Dictionary<int, FailedChild> Children)
{
    /// <returns>Null: unknown, or not failed.</returns>
    public static FailedInstance? Load(HubTables tables, string instanceId) =>
        tables.Instances.ById(instanceId) is { Status: OrchestrationRuntimeStatus.Failed } instance ? Load(tables, instance) : null;

    private static FailedInstance Load(HubTables tables, InstanceRow instance)
    {
        List<HistoryEvent> history = [.. tables.History.Of(instance.Key).Select(HistoryEvent.Parser.ParseFrom)];
        var ids = history.Where(e => e.SubOrchestrationInstanceCreated is not null).ToDictionary(e => e.EventId, e => e.SubOrchestrationInstanceCreated.InstanceId);
        var children = new Dictionary<int, FailedChild>();
        foreach (var task in history.Where(e => e.SubOrchestrationInstanceFailed is not null).Select(e => e.SubOrchestrationInstanceFailed.TaskScheduledId))
            children[task] = Child(tables, new Caller(instance.Key, instance.Generation, task), ids.GetValueOrDefault(task, ""));
        return new(instance, history, children);
    }

    private static FailedChild Child(HubTables tables, Caller caller, string id) => tables.Instances.ById(id) switch
    {
        { } child when child.Caller != caller => new(null, false),
        { Status: OrchestrationRuntimeStatus.Failed } child => new(Load(tables, child), true),
        { Status: not OrchestrationRuntimeStatus.Terminated } => new(null, true),
        _ => new(null, false),
    };
}
