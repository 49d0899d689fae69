using Google.Protobuf.WellKnownTypes;
using Holdfast.Durable.Protocol;
using Failure = Holdfast.Durable.Protocol.TaskFailureDetails;

namespace Holdfast.Durable.Hub;

/// <summary>The events that reach an instance from outside its own decisions. They carry no id of their own; times are ticks, UTC.</summary>
internal static class Messages
{
    /// <summary>The id of an event that echoes no action.</summary>
    public const int NoId = -1;

    public static HistoryEvent At(long now, int id = NoId) => new() { EventId = id, Timestamp = Stamp(now) };

    public static Timestamp Stamp(long ticks) => Timestamp.FromDateTime(new DateTime(ticks, DateTimeKind.Utc));

    public static HistoryEvent OrchestratorStarted(long now) => Of(now, e => e.OrchestratorStarted = new());

    public static HistoryEvent Started(long now, ExecutionStartedEvent started) => Of(now, e => e.ExecutionStarted = started);

    public static HistoryEvent Raised(long now, string name, string? input) => Of(now, e => e.EventRaised = new() { Name = name, Input = input });

    public static HistoryEvent Terminated(long now, string reason) => Of(now, e => e.ExecutionTerminated = new() { Input = reason, Recurse = true });

    public static HistoryEvent Suspended(long now, string reason) => Of(now, e => e.ExecutionSuspended = new() { Input = reason });

    public static HistoryEvent Resumed(long now, string reason) => Of(now, e => e.ExecutionResumed = new() { Input = reason });

    public static HistoryEvent Note(long now, string text) => Of(now, e => e.GenericEvent = new() { Data = text });

    public static HistoryEvent Completed(long now, int task, string? result) => Of(now, e => e.TaskCompleted = new() { TaskScheduledId = task, Result = result });

    public static HistoryEvent Failed(long now, int task, Failure failure) => Of(now, e => e.TaskFailed = new() { TaskScheduledId = task, FailureDetails = failure });

    public static HistoryEvent Fired(long now, int task, long fireAt) => Of(now, e => e.TimerFired = new() { TimerId = task, FireAt = Stamp(fireAt) });

    public static HistoryEvent ChildCompleted(long now, int task, string? result) =>
        Of(now, e => e.SubOrchestrationInstanceCompleted = new() { TaskScheduledId = task, Result = result });

    public static HistoryEvent ChildFailed(long now, int task, Failure failure) =>
        Of(now, e => e.SubOrchestrationInstanceFailed = new() { TaskScheduledId = task, FailureDetails = failure });

    private static HistoryEvent Of(long now, Action<HistoryEvent> fill)
    {
        var message = At(now);
        fill(message);
        return message;
    }
}
