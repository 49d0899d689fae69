using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Holdfast.Durable.Protocol;
using Holdfast.Durable.Replay;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Durable.Tests.Replay;

/// <summary>Keeps one instance's history as an engine does: each episode's actions are echoed into it, and what comes back is delivered with the next. Requests and answers go through the wire's bytes.</summary>
internal sealed class Engine
{
    public const string InstanceId = "inst-1";

    private readonly ReplayExecutor executor;
    private readonly List<HistoryEvent> past = [];

    public Engine(DurableRegistry registry, ILoggerFactory? logging = null) => executor = new(registry, logging ?? NullLoggerFactory.Instance);

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    public DateTime Now { get; set; } = new(2026, 11, 22, 6, 0, 0, DateTimeKind.Utc);

    /// <summary>Every action that was ever answered, in order.</summary>
    public List<OrchestratorAction> Asked { get; } = [];

    public IReadOnlyList<HistoryEvent> History => past;

    public OrchestratorResponse? Last { get; private set; }

    public CompleteOrchestrationAction? Outcome => Last?.Actions.LastOrDefault()?.CompleteOrchestration;

    public static DurableRegistry Registry<TInput, TOutput>(Func<OrchestrationContext, TInput, Task<TOutput>> orchestrator) =>
        new DurableRegistry(Json).AddOrchestrator("Orch", orchestrator);

    public static Engine Of<TOutput>(Func<OrchestrationContext, Task<TOutput>> orchestrator) => new(Registry<object?, TOutput>((context, _) => orchestrator(context)));

    public OrchestratorResponse Start(string? input = null, params HistoryEvent[] with) => Step([StartedEvent(input), .. with]);

    public HistoryEvent StartedEvent(string? input = null) => At(new()
    {
        ExecutionStarted = new() { Name = "Orch", Input = input, OrchestrationInstance = new() { InstanceId = InstanceId, ExecutionId = "e1" } },
    });

    /// <summary>One episode with these events new in it.</summary>
    public OrchestratorResponse Step(params HistoryEvent[] happened)
    {
        HistoryEvent[] fresh = [At(new() { OrchestratorStarted = new() }), .. happened];
        Last = Execute(fresh);
        past.AddRange(fresh);
        foreach (var action in Last.Actions)
        {
            Asked.Add(action);
            if (Echo(action) is { } echo)
                past.Add(At(echo));
        }
        past.Add(At(new() { OrchestratorCompleted = new() }));
        Now = Now.AddSeconds(1);
        return Last;
    }

    /// <summary>What the executor would answer; the history stays as it is.</summary>
    public OrchestratorResponse Execute(params HistoryEvent[] fresh)
    {
        var request = new OrchestratorRequest { InstanceId = InstanceId };
        request.PastEvents.Add(past);
        request.NewEvents.Add(fresh);
        var bytes = executor.Execute(OrchestratorRequest.Parser.ParseFrom(request.ToByteArray())).ToByteArray();
        Assert.NotEmpty(bytes);
        return OrchestratorResponse.Parser.ParseFrom(bytes);
    }

    public OrchestratorResponse StartAndStep(params HistoryEvent[] happened)
    {
        Start();
        return Step(happened);
    }

    public void Replace(Predicate<HistoryEvent> which, Func<HistoryEvent, HistoryEvent> by)
    {
        for (var i = 0; i < past.Count; i++)
            if (which(past[i]))
                past[i] = by(past[i]);
    }

    public static HistoryEvent Done(int id, string? result) => new() { EventId = -1, TaskCompleted = new() { TaskScheduledId = id, Result = result } };

    public static HistoryEvent Failed(int id, Protocol.TaskFailureDetails? details) => new() { EventId = -1, TaskFailed = new() { TaskScheduledId = id, FailureDetails = details } };

    public static HistoryEvent Failed(int id, string type, bool isNonRetriable = false) => Failed(id, new Protocol.TaskFailureDetails { ErrorType = type, ErrorMessage = "no", IsNonRetriable = isNonRetriable });

    public static HistoryEvent ChildDone(int id, string? result) => new() { EventId = -1, SubOrchestrationInstanceCompleted = new() { TaskScheduledId = id, Result = result } };

    public static HistoryEvent Fired(int id) => new() { EventId = -1, TimerFired = new() { TimerId = id } };

    public static HistoryEvent Raised(string name, string? input) => new() { EventId = -1, EventRaised = new() { Name = name, Input = input } };

    public static HistoryEvent Suspended() => new() { EventId = -1, ExecutionSuspended = new() };

    public static HistoryEvent Resumed() => new() { EventId = -1, ExecutionResumed = new() };

    public static HistoryEvent Terminated(string reason) => new() { EventId = -1, ExecutionTerminated = new() { Input = reason } };

    private static HistoryEvent? Echo(OrchestratorAction action) => action.OrchestratorActionTypeCase switch
    {
        OrchestratorAction.OrchestratorActionTypeOneofCase.ScheduleTask => new() { EventId = action.Id, TaskScheduled = new() { Name = action.ScheduleTask.Name } },
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateTimer => new() { EventId = action.Id, TimerCreated = new() { FireAt = action.CreateTimer.FireAt } },
        OrchestratorAction.OrchestratorActionTypeOneofCase.SendEvent => new() { EventId = action.Id, EventSent = new() { Name = action.SendEvent.Name, InstanceId = action.SendEvent.Instance.InstanceId } },
        OrchestratorAction.OrchestratorActionTypeOneofCase.CreateSubOrchestration => new()
        {
            EventId = action.Id,
            SubOrchestrationInstanceCreated = new() { Name = action.CreateSubOrchestration.Name, InstanceId = action.CreateSubOrchestration.InstanceId },
        },
        _ => null,
    };

    private HistoryEvent At(HistoryEvent happened)
    {
        happened.Timestamp = Timestamp.FromDateTime(Now);
        if (happened.EventTypeCase is not (HistoryEvent.EventTypeOneofCase.TaskScheduled or HistoryEvent.EventTypeOneofCase.TimerCreated
            or HistoryEvent.EventTypeOneofCase.EventSent or HistoryEvent.EventTypeOneofCase.SubOrchestrationInstanceCreated))
            happened.EventId = -1;
        return happened;
    }
}
