using Holdfast.Durable.Protocol;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Replay;

/// <summary>
/// Turns a history into the actions that are new in it: runs the orchestrator against past and new events, removes what history already echoes, and returns the rest.
/// Pure: it has no effect but its answer, and never throws for anything that a history or an orchestrator does. Its answer is never empty. Thread-safe.
/// </summary>
public sealed class ReplayExecutor(DurableRegistry registry, ILoggerFactory logging)
{
    private readonly ILogger log = logging.CreateLogger<ReplayExecutor>();

    /// <summary>False while episodes can't be done (start-up, shutdown): they are given back and delivered again, where failing one would end its instance for good. Null: always true.</summary>
    public Func<bool>? CanRun { get; init; }

    public OrchestratorResponse Execute(OrchestratorRequest request)
    {
        var answer = Decide(request);
        if (answer.RequiresHistory && request.Properties.Count == 0)
            answer.Actions.Add(OutOfMemory());
        return answer;
    }

    private OrchestratorResponse Decide(OrchestratorRequest request)
    {
        if (CanRun?.Invoke() == false)
            return NotNow(request.InstanceId);
        try
        {
            return Run(request);
        }
        catch (OutOfMemoryException)
        {
            return NotNow(request.InstanceId);
        }
        catch (Exception fault)
        {
            log.LogError(fault, "Instance {Instance} can't be replayed", request.InstanceId);
            return EpisodeAnswer.Failed(request.InstanceId, id: 0, FailureDetails.Of(fault), fault.StackTrace);
        }
    }

    /// <summary>The answer that makes the engine give the episode up and deliver it again; nothing is lost.</summary>
    public static OrchestratorResponse NotNow(string instanceId) => new() { InstanceId = EpisodeAnswer.Named(instanceId), RequiresHistory = true };

    /// <summary>Version 2 of the extension doesn't know the field that asks for the episode again, but delivers one again that ran out of memory, as a cause of what failed.</summary>
    private static OrchestratorAction OutOfMemory()
    {
        var cause = new Durable.TaskFailureDetails(typeof(OutOfMemoryException).FullName!, "The episode can't be done now.");
        return EpisodeAnswer.Complete(id: 0, OrchestrationStatus.Failed, result: null, FailureDetails.ToWire(cause with { InnerFailure = cause }));
    }

    private OrchestratorResponse Run(OrchestratorRequest request)
    {
        if (Find(request) is not { } start)
            return NotNow(request.InstanceId);
        if (registry.Orchestrator(start.ExecutionStarted.Name) is not { } orchestrator)
            return Unknown(request.InstanceId, start.ExecutionStarted.Name);

        var episode = new Episode(request, start, orchestrator, registry, logging);
        episode.Replay(request.PastEvents, isReplaying: true);
        episode.Replay(request.NewEvents, isReplaying: false);
        return episode.Answer();
    }

    private static HistoryEvent? Find(OrchestratorRequest request) =>
        request.PastEvents.Concat(request.NewEvents).FirstOrDefault(e => e.EventTypeCase is HistoryEvent.EventTypeOneofCase.ExecutionStarted);

    private OrchestratorResponse Unknown(string instanceId, string name)
    {
        log.LogError("Instance {Instance} fails: this app has no orchestrator {Orchestrator}", instanceId, name);
        return EpisodeAnswer.Failed(
            instanceId, id: 0, new("UnknownOrchestrator", $"This app has no orchestrator '{name}'. Deploy a version that has it, then rewind this instance.", IsNonRetriable: true));
    }
}
