using Holdfast.Durable.Client;
using Holdfast.Durable.Hub.Storage;

namespace Holdfast.Durable.Hub;

/// <summary>What a transaction that is on disk means for the loops of this process. Lost with it, and found again from the tables by the next.</summary>
internal sealed class Effects
{
    /// <summary>Instances that got messages.</summary>
    public List<long> Due { get; } = [];

    public List<QueuedActivity> Queued { get; } = [];

    /// <summary>When the earliest of the timers that were set is due, in ticks; null: none was.</summary>
    public long? Timer { get; set; }

    /// <summary>Instances whose activities nobody waits for any more.</summary>
    public List<long> Cancelled { get; } = [];

    public List<OrchestrationMetadata> Finished { get; } = [];
}
