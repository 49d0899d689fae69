namespace Holdfast.TaskHub.Storage;

/// <summary>
/// What a committed transaction means for the loops of this process. The next process derives it from the tables.
/// </summary>
internal sealed class CommittedChanges
{
    /// <summary>Instances that received messages.</summary>
    public List<long> Due { get; } = [];

    public List<QueuedActivity> Queued { get; } = [];

    /// <summary>When the earliest of the timers that were set is due, in ticks; null: none was.</summary>
    public long? Timer { get; set; }

    /// <summary>Instances whose queued activities are no longer needed.</summary>
    public List<long> Dropped { get; } = [];

    /// <summary>Instances that had their first episode.</summary>
    public List<InstanceView> Started { get; } = [];

    public List<InstanceView> Finished { get; } = [];
}
