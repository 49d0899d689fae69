using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Protocol;

namespace Holdfast.Durable.Hub.Episodes;

/// <param name="FireAt">Ticks, UTC.</param>
internal sealed record ScheduledTimer(int Task, long FireAt);

internal sealed record ScheduledActivity(int Task, string Name, string? Input);

/// <param name="Started">Says who calls.</param>
internal sealed record ScheduledChild(int Task, string Id, ExecutionStartedEvent Started);

/// <summary>An event for another instance.</summary>
internal sealed record SentEvent(string Target, string Name, string? Data);

/// <summary>The next execution of an instance that continues as new.</summary>
/// <param name="CarriedOver">Events that the last one had received and not used.</param>
internal sealed record Renewal(ExecutionStartedEvent Started, IReadOnlyList<HistoryEvent> CarriedOver);

/// <summary>What an episode decided, whole: it is stored in one transaction or not at all.</summary>
internal sealed record EpisodeResult(Episode Episode, InstanceState State)
{
    /// <summary>What history grows by: the new events, an echo of each action, and the episode's end.</summary>
    public List<HistoryEvent> Appended { get; } = [];
    public List<ScheduledActivity> Activities { get; } = [];
    public List<ScheduledTimer> Timers { get; } = [];
    public List<ScheduledChild> Children { get; } = [];
    public List<SentEvent> Sent { get; } = [];

    /// <summary>What the caller is told, when this one ends; null while it goes on.</summary>
    public CompleteOrchestrationAction? Completion { get; init; }

    public Renewal? Renewal { get; init; }
}
