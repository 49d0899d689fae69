using Google.Protobuf;
using Holdfast.Durable.Client;
using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Protocol;
using Holdfast.Durable.Replay;

namespace Holdfast.Durable.Hub.Rewinding;

/// <summary>Takes the failure of an instance back, and those of the activities and sub-orchestrations that it failed by: they run again.</summary>
internal sealed class Rewinder(HubWriter writer, ReplayExecutor executor, TimeProvider time, Action<Effects> spread)
{
    /// <returns>False: unknown, or not failed.</returns>
    public async Task<bool> RewindAsync(string instanceId, string reason)
    {
        if (await LoadAsync(instanceId) is not { } failed)
            return false;
        var now = time.GetUtcNow().UtcTicks;
        var note = Messages.Note(now, reason);
        List<RewoundHistory> rewound = [.. Plan(failed, note)];
        var effects = await writer.Do(tables => Store(tables, rewound, note, now));
        if (effects is not null)
            spread(effects);
        return effects is not null;
    }

    private async Task<FailedInstance?> LoadAsync(string instanceId)
    {
        try
        {
            return await writer.Do(tables => FailedInstance.Load(tables, instanceId));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new DurableClientException($"The stored history of '{instanceId}' can't be read, so it can't be rewound. Start it again.", false, e);
        }
    }

    private IEnumerable<RewoundHistory> Plan(FailedInstance failed, HistoryEvent note)
    {
        var rewound = RewoundHistory.Candidates(failed).First(candidate => candidate.Changed.Count <= 1 || Replays(candidate, note));
        return rewound.Children.SelectMany(child => Plan(child, note)).Prepend(rewound);
    }

    /// <summary>The orchestrator still takes every decision that the history holds.</summary>
    private bool Replays(RewoundHistory candidate, HistoryEvent note)
    {
        var request = new OrchestratorRequest { InstanceId = candidate.Of.Instance.Id };
        request.PastEvents.AddRange(candidate.Events);
        request.NewEvents.AddRange([Messages.OrchestratorStarted(time.GetUtcNow().UtcTicks), note]);
        return executor.Execute(request).Actions.All(
            action => action.CompleteOrchestration?.FailureDetails?.ErrorType != nameof(NonDeterministicOrchestrationException));
    }

    private static Effects? Store(HubTables tables, List<RewoundHistory> rewound, HistoryEvent note, long now)
    {
        var effects = new Effects();
        if (rewound.Any(history => tables.Instances.ByKey(history.Of.Instance.Key) is not { Status: OrchestrationRuntimeStatus.Failed }))
            return null;
        foreach (var history in rewound)
        {
            var key = history.Of.Instance.Key;
            foreach (var place in history.Changed)
                tables.History.Replace(key, place, history.Events[place].ToByteArray());
            tables.Instances.Revive(key, now);
            tables.Inbox.Add(key, InboxRank.Arrival, null, note);
            effects.Due.Add(key);
        }
        return effects;
    }
}
