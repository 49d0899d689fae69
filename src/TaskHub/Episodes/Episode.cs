using Holdfast.TaskHub.Storage;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Episodes;

/// <summary>One turn of an orchestrator: its past events and the new ones.</summary>
/// <param name="Past">Its history so far.</param>
/// <param name="New">The episode's start and the messages that came; all of them are in the inbox up to
/// <paramref name="LastMessage"/>.</param>
/// <param name="Now">The orchestrator's time, in ticks.</param>
internal sealed record Episode(InstanceRow Instance, List<P.HistoryEvent> Past, List<P.HistoryEvent> New, long LastMessage, long Now)
{
    /// <summary>How this execution was started; null when its history can't be read.</summary>
    public P.ExecutionStartedEvent? Started => Past.Concat(New).FirstOrDefault(e => e.ExecutionStarted is not null)?.ExecutionStarted;

    /// <summary>Termination was requested for its sub-orchestrations too.</summary>
    public bool TerminatesChildren => New.Any(e => e.ExecutionTerminated is { Recurse: true });

    public P.OrchestratorRequest Request()
    {
        var request = new P.OrchestratorRequest { InstanceId = Instance.Id, ExecutionId = ExecutionId.Of(Instance) };
        request.PastEvents.AddRange(Past);
        request.NewEvents.AddRange(New);
        return request;
    }
}
