using Google.Protobuf;
using Holdfast.Durable.Client;
using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Protocol;
using Failure = Holdfast.Durable.Protocol.TaskFailureDetails;

namespace Holdfast.Durable.Hub.Episodes;

/// <summary>Reads an executor's answer: from its actions follows what is stored. Pure.</summary>
internal static class EpisodeAnswer
{
    public static EpisodeResult Read(Episode episode, OrchestratorResponse response)
    {
        var completion = response.Actions.FirstOrDefault(a => a.CompleteOrchestration is not null)?.CompleteOrchestration;
        var renewed = completion?.OrchestrationStatus == OrchestrationStatus.ContinuedAsNew;
        var result = new EpisodeResult(episode, State(episode, renewed ? null : completion, response.CustomStatus))
        {
            Completion = renewed ? null : completion,
            Renewal = renewed ? Renew(episode.Started!, completion!) : null,
        };
        result.Appended.AddRange(episode.New);
        foreach (var action in response.Actions)
            result.Appended.Add(Echo(result, action, Messages.At(episode.Now, action.Id)));
        var end = Messages.At(episode.Now);
        end.OrchestratorCompleted = new();
        result.Appended.Add(end);
        return result;
    }

    /// <summary>An instance whose history can't be read ends with a failure that says so.</summary>
    public static EpisodeResult Unreadable(Episode episode, string why)
    {
        var failure = new Failure { ErrorType = "HistoryDamaged", ErrorMessage = $"The stored history of '{episode.Instance.Id}' can't be read: {why} Start it again.", IsNonRetriable = true };
        var completion = new CompleteOrchestrationAction { OrchestrationStatus = OrchestrationStatus.Failed, FailureDetails = failure };
        return new EpisodeResult(episode, State(episode, completion, null)) { Completion = completion };
    }

    private static InstanceState State(Episode episode, CompleteOrchestrationAction? completion, string? customStatus) => completion?.OrchestrationStatus switch
    {
        null => new(episode.New.Aggregate(Going(episode.Instance.Status), Next), customStatus),
        OrchestrationStatus.Completed => new(OrchestrationRuntimeStatus.Completed, customStatus, completion.Result),
        OrchestrationStatus.Failed => new(OrchestrationRuntimeStatus.Failed, customStatus, completion.FailureDetails?.ErrorMessage ?? completion.Result, completion.FailureDetails?.ToByteArray()),
        _ => new(OrchestrationRuntimeStatus.Terminated, customStatus, completion.Result),
    };

    private static OrchestrationRuntimeStatus Going(OrchestrationRuntimeStatus before) =>
        before == OrchestrationRuntimeStatus.Suspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running;

    private static OrchestrationRuntimeStatus Next(OrchestrationRuntimeStatus status, HistoryEvent message) => message.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.ExecutionSuspended => OrchestrationRuntimeStatus.Suspended,
        HistoryEvent.EventTypeOneofCase.ExecutionResumed => OrchestrationRuntimeStatus.Running,
        _ => status,
    };

    private static Renewal Renew(ExecutionStartedEvent before, CompleteOrchestrationAction completion)
    {
        var started = before.Clone();
        started.Input = completion.Result;
        started.Version = completion.NewVersion ?? before.Version;
        started.OrchestrationInstance.ExecutionId = null;
        return new Renewal(started, completion.CarryoverEvents);
    }

    private static HistoryEvent Echo(EpisodeResult result, OrchestratorAction action, HistoryEvent echo)
    {
        switch (action.OrchestratorActionTypeCase)
        {
            case OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask:
                var task = action.ScheduleTask;
                result.Activities.Add(new(action.Id, task.Name, task.Input));
                echo.TaskScheduled = new() { Name = task.Name, Version = task.Version };
                break;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer:
                result.Timers.Add(new(action.Id, action.CreateTimer.FireAt.ToDateTime().Ticks));
                echo.TimerCreated = new() { FireAt = action.CreateTimer.FireAt };
                break;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration:
                var child = Child(result.Episode, action);
                result.Children.Add(child);
                echo.SubOrchestrationInstanceCreated = new() { InstanceId = child.Id, Name = child.Started.Name, Version = child.Started.Version };
                break;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent:
                var sent = action.SendEvent;
                result.Sent.Add(new(sent.Instance.InstanceId, sent.Name, sent.Data));
                echo.EventSent = new() { InstanceId = sent.Instance.InstanceId, Name = sent.Name };
                break;
            case OrchestratorAction.OrchestratorActionTypeOneofCase.CompleteOrchestration:
                var end = action.CompleteOrchestration;
                echo.ExecutionCompleted = new() { OrchestrationStatus = end.OrchestrationStatus, Result = end.Result, FailureDetails = end.FailureDetails };
                break;
            default:
                throw new InvalidOperationException($"'{result.Episode.Instance.Id}' asked for an action that the hub doesn't know: {action}");
        }
        return echo;
    }

    private static ScheduledChild Child(Episode episode, OrchestratorAction action)
    {
        var (caller, asked) = (episode.Instance, action.CreateSubOrchestration);
        var id = asked.InstanceId.Length > 0 ? asked.InstanceId : $"{caller.Id}:{ExecutionId.Of(caller)}:{action.Id:x4}";
        return new(action.Id, id, new ExecutionStartedEvent
        {
            Name = asked.Name,
            Version = asked.Version,
            Input = asked.Input,
            OrchestrationInstance = new() { InstanceId = id },
            ParentInstance = new()
            {
                TaskScheduledId = action.Id,
                Name = caller.Name,
                OrchestrationInstance = new() { InstanceId = caller.Id, ExecutionId = ExecutionId.Of(caller) },
            },
        });
    }
}
