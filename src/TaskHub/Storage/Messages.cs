using Google.Protobuf.WellKnownTypes;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Storage;

/// <summary>
/// The events that reach an instance from outside its own decisions. They carry no id of their own; times are ticks, UTC.
/// </summary>
internal static class Messages
{
    /// <summary>The id of an event that echoes no action.</summary>
    public const int NoId = -1;

    public static P.HistoryEvent At(long now, int id = NoId) => new() { EventId = id, Timestamp = Stamp(now) };

    public static Timestamp Stamp(long ticks) => Timestamp.FromDateTime(new DateTime(ticks, DateTimeKind.Utc));

    public static P.HistoryEvent OrchestratorStarted(long now) => Of(now, e => e.OrchestratorStarted = new());

    public static P.HistoryEvent Started(long now, P.ExecutionStartedEvent started) => Of(now, e => e.ExecutionStarted = started);

    public static P.HistoryEvent Raised(long now, string name, string? input) =>
        Of(now, e => e.EventRaised = new() { Name = name, Input = input });

    /// <param name="output">JSON text; null: none.</param>
    /// <param name="recurse">Sub-orchestrations are terminated too.</param>
    public static P.HistoryEvent Terminated(long now, string? output, bool recurse) =>
        Of(now, e => e.ExecutionTerminated = new() { Input = output, Recurse = recurse });

    public static P.HistoryEvent Suspended(long now, string? reason) => Of(now, e => e.ExecutionSuspended = new() { Input = reason });

    public static P.HistoryEvent Resumed(long now, string? reason) => Of(now, e => e.ExecutionResumed = new() { Input = reason });

    public static P.HistoryEvent Completed(long now, int task, string? result) =>
        Of(now, e => e.TaskCompleted = new() { TaskScheduledId = task, Result = result });

    public static P.HistoryEvent Failed(long now, int task, P.TaskFailureDetails failure) =>
        Of(now, e => e.TaskFailed = new() { TaskScheduledId = task, FailureDetails = failure });

    public static P.HistoryEvent Fired(long now, int task, long fireAt) =>
        Of(now, e => e.TimerFired = new() { TimerId = task, FireAt = Stamp(fireAt) });

    public static P.HistoryEvent ChildCompleted(long now, int task, string? result) =>
        Of(now, e => e.SubOrchestrationInstanceCompleted = new() { TaskScheduledId = task, Result = result });

    public static P.HistoryEvent ChildFailed(long now, int task, P.TaskFailureDetails failure) =>
        Of(now, e => e.SubOrchestrationInstanceFailed = new() { TaskScheduledId = task, FailureDetails = failure });

    private static P.HistoryEvent Of(long now, Action<P.HistoryEvent> fill)
    {
        var message = At(now);
        fill(message);
        return message;
    }
}
