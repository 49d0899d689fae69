using Holdfast.Durable.Protocol;
using Microsoft.Extensions.Logging;
using Kind = Holdfast.Durable.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Holdfast.Durable.Replay;

/// <summary>One run of an orchestrator through its history: each event is taken in the order of the list, and the orchestrator runs as far as it gets after each. Used once, on one thread.</summary>
internal sealed class Episode
{
    private readonly string instanceId;
    private readonly OrchestratorFunction orchestrator;
    private readonly OrchestratorThread thread;
    private readonly Decisions decisions;
    private readonly ExternalEvents events = new();
    private readonly ReplayContext context;
    private readonly EchoCheck echoes;
    private readonly ILogger log;
    private readonly Queue<HistoryEvent> held = new();

    private Task<string>? running;
    private Exception? fault;
    private ExecutionTerminatedEvent? terminated;
    private bool isSuspended;
    private int position;

    public Episode(OrchestratorRequest request, HistoryEvent start, OrchestratorFunction orchestrator, DurableRegistry registry, ILoggerFactory logging)
    {
        instanceId = request.InstanceId.Length > 0 ? request.InstanceId : start.ExecutionStarted.OrchestrationInstance?.InstanceId ?? "";
        this.orchestrator = orchestrator;
        log = logging.CreateLogger<ReplayExecutor>();
        thread = new(() => log.LogError("{Orchestrator} of {Instance} waits for what its context didn't give it, and will not go on from there", start.ExecutionStarted.Name, instanceId));
        decisions = new(EchoCheck.Numbers(request));
        echoes = new(decisions, Go);
        context = new(instanceId, start.ExecutionStarted, registry, logging, thread, decisions, events) { Now = start.Timestamp?.ToDateTime() ?? default };
    }

    private bool IsOver => running?.IsCompleted == true;

    public void Replay(IEnumerable<HistoryEvent> history, bool isReplaying)
    {
        context.Replaying = isReplaying;
        foreach (var happened in history)
        {
            if (fault is not null)
                return;
            Take(happened);
            position++;
        }
    }

    /// <summary>Everything that the engine needs to know; always names the instance.</summary>
    public OrchestratorResponse Answer()
    {
        thread.Close();
        if (fault is OutOfMemoryException || running is { IsFaulted: true, Exception.InnerException: OutOfMemoryException })
            return ReplayExecutor.NotNow(instanceId);
        var status = Status();
        if (fault is not null)
            return Failed(fault, status);
        if (terminated is not null && (!IsOver || context.StartsAnew is not null))
            return EpisodeAnswer.Of(instanceId, status, [EpisodeAnswer.Complete(decisions.Next, OrchestrationStatus.Terminated, terminated.Input)]);
        if (isSuspended)
            return EpisodeAnswer.Of(instanceId, status, []);
        if (IsOver)
            return Finished(running!, status);
        return thread.HasForeignAwait || (running is not null && !decisions.AnyOpen && !events.AnyWait)
            ? Failed(new ForeignAwaitException(), status)
            : EpisodeAnswer.Of(instanceId, status, decisions.Pending(isLast: false));
    }

    private void Take(HistoryEvent happened)
    {
        switch (happened.EventTypeCase)
        {
            case Kind.OrchestratorStarted:
                context.Now = happened.Timestamp?.ToDateTime() ?? context.Now;
                break;
            case Kind.ExecutionSuspended:
                isSuspended = true;
                break;
            case Kind.ExecutionResumed:
                Resume();
                break;
            case Kind.ExecutionTerminated:
                terminated ??= happened.ExecutionTerminated;
                break;
            case Kind.TaskScheduled or Kind.SubOrchestrationInstanceCreated or Kind.TimerCreated or Kind.EventSent or Kind.GenericEvent:
                fault = echoes.Take(happened, position);
                break;
            default:
                if (isSuspended)
                    held.Enqueue(happened);
                else
                    Apply(happened);
                break;
        }
    }

    private void Resume()
    {
        isSuspended = false;
        while (!isSuspended && fault is null && held.TryDequeue(out var next))
            Apply(next);
    }

    private void Apply(HistoryEvent happened)
    {
        switch (happened.EventTypeCase)
        {
            case Kind.ExecutionStarted when running is null:
                Go(() => running = orchestrator(context));
                break;
            case Kind.TaskCompleted:
                decisions.FindOpen(happened.TaskCompleted.TaskScheduledId, DecisionKind.Activity)?.Complete(happened.TaskCompleted.Result);
                break;
            case Kind.TaskFailed:
                Fail(happened.TaskFailed.TaskScheduledId, DecisionKind.Activity, happened.TaskFailed.FailureDetails);
                break;
            case Kind.SubOrchestrationInstanceCompleted:
                var done = happened.SubOrchestrationInstanceCompleted;
                decisions.FindOpen(done.TaskScheduledId, DecisionKind.SubOrchestration)?.Complete(done.Result);
                break;
            case Kind.SubOrchestrationInstanceFailed:
                var failed = happened.SubOrchestrationInstanceFailed;
                Fail(failed.TaskScheduledId, DecisionKind.SubOrchestration, failed.FailureDetails);
                break;
            case Kind.TimerFired:
                decisions.FindOpen(happened.TimerFired.TimerId, DecisionKind.Timer)?.Complete(result: null);
                break;
            case Kind.EventRaised:
                events.Raise(happened, IsOver);
                break;
        }
        Go(static () => { });
    }

    private void Fail(int id, DecisionKind kind, Protocol.TaskFailureDetails? details)
    {
        if (decisions.FindOpen(id, kind) is { } decision)
            decision.Fail(FailureDetails.Of(details, decision.Name));
    }

    /// <summary>What an <c>async void</c> of the orchestrator throws ends the instance, as what the orchestrator itself throws does.</summary>
    private void Go(Action callback)
    {
        try
        {
            thread.Run(callback);
        }
        catch (Exception thrown)
        {
            fault ??= thrown;
        }
    }

    private OrchestratorResponse Finished(Task<string> done, string? status)
    {
        if (!done.IsCompletedSuccessfully)
            return Failed(done.Exception?.InnerException ?? new TaskCanceledException(done), status);
        var actions = decisions.Pending(isLast: true);
        if (context.StartsAnew is not { } anew)
            return EpisodeAnswer.Of(instanceId, status, actions.Append(EpisodeAnswer.Complete(decisions.Next, OrchestrationStatus.Completed, done.Result)));
        var next = EpisodeAnswer.Complete(decisions.Next, OrchestrationStatus.ContinuedAsNew, anew.Input);
        if (anew.KeepsEvents)
            next.CompleteOrchestration.CarryoverEvents.Add(events.Kept);
        return EpisodeAnswer.Of(instanceId, status, actions.Append(next));
    }

    private OrchestratorResponse Failed(Exception reason, string? status)
    {
        var details = FailureDetails.Of(reason);
        if (reason is NonDeterministicOrchestrationException or ForeignAwaitException)
            details = details with { ErrorType = reason.GetType().Name };
        log.LogError(reason, "Instance {Instance} of {Orchestrator} fails: {Type}: {Message}", instanceId, context.Name, details.ErrorType, details.ErrorMessage);
        return EpisodeAnswer.Failed(instanceId, decisions.Next, details, reason.StackTrace, status);
    }

    private string? Status()
    {
        var text = context.CustomStatusText;
        if (text is null || !CustomStatus.IsTooLong(text))
            return text;
        log.LogWarning("The custom status of {Instance} has {Length} characters and is cut: an engine takes 8192", instanceId, text.Length);
        return CustomStatus.Cut(text);
    }
}
