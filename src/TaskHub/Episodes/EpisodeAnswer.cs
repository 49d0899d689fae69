using DurableTask.Core.Exceptions;
using Google.Protobuf;
using Holdfast.TaskHub.Execution;
using Holdfast.TaskHub.Storage;
using Microsoft.DurableTask.Client;
using Action = Microsoft.DurableTask.Protobuf.OrchestratorAction;
using ActionCase = Microsoft.DurableTask.Protobuf.OrchestratorAction.OrchestratorActionTypeOneofCase;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Episodes;

/// <summary>Turns the actions of an executor's answer into what is stored. Pure.</summary>
internal static class EpisodeAnswer
{
    public static EpisodeResult Read(Episode episode, P.OrchestratorResponse response)
    {
        // The first one counts: an instance that is terminated while it completes or continues as new may answer both.
        var end = response.Actions.FirstOrDefault(a => a.CompleteOrchestration is not null);
        var completion = end?.CompleteOrchestration;
        var renewed = completion?.OrchestrationStatus == P.OrchestrationStatus.ContinuedAsNew;
        var result = new EpisodeResult(episode, State(episode, renewed ? null : completion, response.CustomStatus))
        {
            Completion = renewed ? null : completion,
            Renewal = renewed ? Renew(episode.Started!, completion!) : null,
        };
        result.Appended.AddRange(episode.New);
        // The orchestrator's code no longer matches the history: besides its failure, it may have requested tasks that were scheduled
        // before, as the same task or another one.
        foreach (var action in IsNonDeterministic(completion) ? [end!] : Actions(response, end))
            result.Appended.Add(Echo(result, action, Messages.At(episode.Now, action.Id)));
        return Ended(result);
    }

    /// <summary>The executor failed, not the orchestrator: the instance ends with its exception.</summary>
    public static EpisodeResult Broken(Episode episode, Exception fault)
    {
        var details = new P.TaskFailureDetails
        {
            ErrorType = "EpisodeFailed",
            ErrorMessage = $"'{episode.Instance.Id}' could not be continued: {fault.Message}",
            InnerFailure = Failures.Of(fault),
        };
        var completion = new P.CompleteOrchestrationAction { OrchestrationStatus = P.OrchestrationStatus.Failed, FailureDetails = details };
        return Read(
            episode,
            new()
            {
                Actions =
                {
                    new Action { Id = Messages.NoId, CompleteOrchestration = completion },
                },
            }
        );
    }

    /// <summary>An instance whose history can't be read ends with a failure that says so; the history stays as it is.</summary>
    public static EpisodeResult Unreadable(InstanceRow instance, long lastMessage, long now, Exception why)
    {
        var details = new P.TaskFailureDetails
        {
            ErrorType = "HistoryDamaged",
            ErrorMessage = $"The stored history of '{instance.Id}' can't be read: {why.Message} Start it again.",
        };
        var completion = new P.CompleteOrchestrationAction { OrchestrationStatus = P.OrchestrationStatus.Failed, FailureDetails = details };
        var episode = new Episode(instance, [], [], lastMessage, now);
        return new EpisodeResult(episode, State(episode, completion, null)) { Completion = completion };
    }

    private static IEnumerable<Action> Actions(P.OrchestratorResponse response, Action? end) =>
        response.Actions.Where(action => action.CompleteOrchestration is null || ReferenceEquals(action, end));

    private static bool IsNonDeterministic(P.CompleteOrchestrationAction? completion) =>
        completion is { OrchestrationStatus: P.OrchestrationStatus.Failed }
        && completion.FailureDetails?.ErrorType == typeof(NonDeterministicOrchestrationException).FullName;

    private static EpisodeResult Ended(EpisodeResult result)
    {
        var end = Messages.At(result.Episode.Now);
        end.OrchestratorCompleted = new();
        result.Appended.Add(end);
        return result;
    }

    private static InstanceState State(Episode episode, P.CompleteOrchestrationAction? completion, string? customStatus) =>
        completion?.OrchestrationStatus switch
        {
            null => new(episode.New.Aggregate(Unfinished(episode.Instance.Status), Next), customStatus),
            P.OrchestrationStatus.Completed => new(OrchestrationRuntimeStatus.Completed, customStatus, completion.Result),
            P.OrchestrationStatus.Failed => new(
                OrchestrationRuntimeStatus.Failed,
                customStatus,
                Message(completion),
                completion.FailureDetails?.ToByteArray()
            ),
            _ => new(OrchestrationRuntimeStatus.Terminated, customStatus, completion.Result),
        };

    private static string? Message(P.CompleteOrchestrationAction completion) =>
        completion.FailureDetails?.ErrorMessage ?? completion.Result;

    private static OrchestrationRuntimeStatus Unfinished(OrchestrationRuntimeStatus before) =>
        before == OrchestrationRuntimeStatus.Suspended ? OrchestrationRuntimeStatus.Suspended : OrchestrationRuntimeStatus.Running;

    private static OrchestrationRuntimeStatus Next(OrchestrationRuntimeStatus status, P.HistoryEvent message) =>
        message.EventTypeCase switch
        {
            P.HistoryEvent.EventTypeOneofCase.ExecutionSuspended => OrchestrationRuntimeStatus.Suspended,
            P.HistoryEvent.EventTypeOneofCase.ExecutionResumed => OrchestrationRuntimeStatus.Running,
            _ => status,
        };

    private static Renewal Renew(P.ExecutionStartedEvent before, P.CompleteOrchestrationAction completion)
    {
        var started = before.Clone();
        started.Input = completion.Result;
        started.Version = completion.NewVersion ?? before.Version;
        started.OrchestrationInstance.ExecutionId = null;
        return new(started, completion.CarryoverEvents);
    }

    private static P.HistoryEvent Echo(EpisodeResult result, Action action, P.HistoryEvent echo)
    {
        switch (action.OrchestratorActionTypeCase)
        {
            case ActionCase.ScheduleTask:
                var task = action.ScheduleTask;
                result.Activities.Add(new(action.Id, task.Name, task.Input));
                echo.TaskScheduled = new() { Name = task.Name, Version = task.Version };
                break;
            case ActionCase.CreateTimer:
                result.Timers.Add(new(action.Id, action.CreateTimer.FireAt.ToDateTime().Ticks));
                echo.TimerCreated = new() { FireAt = action.CreateTimer.FireAt };
                break;
            case ActionCase.CreateSubOrchestration:
                var child = Child(result.Episode.Instance, action);
                result.Children.Add(child);
                echo.SubOrchestrationInstanceCreated = new()
                {
                    InstanceId = child.Id,
                    Name = child.Started.Name,
                    Version = child.Started.Version,
                };
                break;
            case ActionCase.SendEvent:
                Send(result, action.SendEvent);
                echo.EventSent = new() { InstanceId = action.SendEvent.Instance.InstanceId, Name = action.SendEvent.Name };
                break;
            case ActionCase.CompleteOrchestration:
                var end = action.CompleteOrchestration;
                echo.ExecutionCompleted = new()
                {
                    OrchestrationStatus = end.OrchestrationStatus,
                    Result = end.Result,
                    FailureDetails = end.FailureDetails,
                };
                break;
            default:
                throw new NotSupportedException($"The hub doesn't support actions of the kind {action.OrchestratorActionTypeCase}.");
        }
        return echo;
    }

    /// <summary>
    /// The official runner passes unused events to the next execution by sending them to the instance itself: they precede whatever arrived
    /// meanwhile.
    /// </summary>
    private static void Send(EpisodeResult result, P.SendEventAction sent)
    {
        if (result.Renewal is { } renewal && sent.Instance.InstanceId == result.Episode.Instance.Id)
            renewal.Unused.Add(Messages.Raised(result.Episode.Now, sent.Name, sent.Data));
        else
            result.Sent.Add(new(sent.Instance.InstanceId, sent.Name, sent.Data));
    }

    private static ScheduledChild Child(InstanceRow caller, Action action)
    {
        var asked = action.CreateSubOrchestration;
        return new(
            action.Id,
            asked.InstanceId,
            new P.ExecutionStartedEvent
            {
                Name = asked.Name,
                Version = asked.Version,
                Input = asked.Input,
                OrchestrationInstance = new() { InstanceId = asked.InstanceId },
                ParentInstance = new()
                {
                    TaskScheduledId = action.Id,
                    Name = caller.Name,
                    OrchestrationInstance = new() { InstanceId = caller.Id, ExecutionId = ExecutionId.Of(caller) },
                },
            }
        );
    }
}
