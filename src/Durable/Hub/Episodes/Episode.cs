using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Hub.Episodes;

/// <summary>One turn of an orchestrator: what it has seen, and what is new to it.</summary>
/// <param name="Past">Its history so far.</param>
/// <param name="New">The episode's start and the messages that came; all of them are in the inbox up to <paramref name="LastMessage"/>.</param>
/// <param name="Now">The time that the orchestrator is told, in ticks.</param>
internal sealed record Episode(InstanceRow Instance, List<HistoryEvent> Past, List<HistoryEvent> New, long LastMessage, long Now)
{
    /// <summary>How this execution was started; null when its history can't be read.</summary>
    public ExecutionStartedEvent? Started => Past.Concat(New).FirstOrDefault(e => e.ExecutionStarted is not null)?.ExecutionStarted;

    public OrchestratorRequest Request()
    {
        var request = new OrchestratorRequest { InstanceId = Instance.Id, ExecutionId = ExecutionId.Of(Instance) };
        request.PastEvents.AddRange(Past);
        request.NewEvents.AddRange(New);
        return request;
    }
}
