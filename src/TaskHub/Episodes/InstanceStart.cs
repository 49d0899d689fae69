using Holdfast.TaskHub.Storage;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Episodes;

/// <summary>Puts an instance into the tables: pending, with its start as its first message.</summary>
internal static class InstanceStart
{
    /// <returns>Its key; null: the id belongs to an instance that hasn't finished. A finished one is replaced.</returns>
    public static long? Add(HubTables tables, string id, P.ExecutionStartedEvent started, Caller? caller, long now)
    {
        if (tables.Instances.ById(id) is { } before)
        {
            if (!before.IsFinished)
                return null;
            tables.Drop(before.Key);
        }
        var key = tables.Instances.Add(id, started.Name, now, caller);
        Begin(tables, key, ExecutionId.Of(key, 0, now), started, now);
        return key;
    }

    /// <summary>The start of one execution: it comes before any other message.</summary>
    public static void Begin(HubTables tables, long key, string execution, P.ExecutionStartedEvent started, long now)
    {
        started.OrchestrationInstance.ExecutionId = execution;
        tables.Inbox.Add(key, InboxRank.Start, null, Messages.Started(now, started));
    }
}
