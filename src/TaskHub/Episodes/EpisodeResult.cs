using Holdfast.TaskHub.Storage;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub.Episodes;

/// <param name="FireAt">Ticks, UTC.</param>
internal sealed record ScheduledTimer(int Task, long FireAt);

internal sealed record ScheduledActivity(int Task, string Name, string? Input);

/// <param name="Started">Names the caller.</param>
internal sealed record ScheduledChild(int Task, string Id, P.ExecutionStartedEvent Started);

/// <summary>An event for another instance.</summary>
internal sealed record SentEvent(string Target, string Name, string? Data);

/// <summary>The next execution of an instance that continues as new.</summary>
/// <param name="Unread">Events that arrived after the last execution had decided to continue as new.</param>
internal sealed record Renewal(P.ExecutionStartedEvent Started, IReadOnlyList<P.HistoryEvent> Unread)
{
    /// <summary>Events that the last execution had received but not used.</summary>
    public List<P.HistoryEvent> Unused { get; } = [];
}

/// <summary>All decisions of an episode: they are stored in one transaction.</summary>
internal sealed record EpisodeResult(Episode Episode, InstanceState State)
{
    /// <summary>What is appended to the history: the new events, an echo of each action, and the episode's end.</summary>
    public List<P.HistoryEvent> Appended { get; } = [];
    public List<ScheduledActivity> Activities { get; } = [];
    public List<ScheduledTimer> Timers { get; } = [];
    public List<ScheduledChild> Children { get; } = [];
    public List<SentEvent> Sent { get; } = [];

    /// <summary>How the instance ended; null while it is unfinished.</summary>
    public P.CompleteOrchestrationAction? Completion { get; init; }

    public Renewal? Renewal { get; init; }
}
