using System.Collections.Concurrent;
using Holdfast.Durable.Client;

namespace Holdfast.Durable.Hub;

/// <summary>Who waits for an instance's end. Thread-safe.</summary>
internal sealed class Completions
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<OrchestrationMetadata>> waiting = new(StringComparer.Ordinal);

    /// <summary>The next end of that id from now on.</summary>
    public Task<OrchestrationMetadata> Of(string instanceId) =>
        waiting.GetOrAdd(instanceId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Finished(OrchestrationMetadata instance)
    {
        if (waiting.TryRemove(instance.InstanceId, out var waiter))
            waiter.TrySetResult(instance);
    }

    /// <summary>The hub stops: nobody waits for ever.</summary>
    public void Stopped()
    {
        foreach (var (id, waiter) in waiting)
            waiter.TrySetException(new DurableClientException($"The task hub was stopped before '{id}' had finished; it goes on at the next start.", true));
    }
}
