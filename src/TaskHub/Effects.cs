using Holdfast.TaskHub.Storage;

namespace Holdfast.TaskHub;

/// <summary>
/// What a transaction that is on disk means for the loops of this process. Lost with it, and found again in the tables by the next.
/// </summary>
internal sealed class Effects
{
    /// <summary>Instances that got messages.</summary>
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
