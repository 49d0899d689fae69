using System.Collections.Concurrent;
using Holdfast.TaskHub.Storage;

namespace Holdfast.TaskHub;

/// <summary>Callers that wait until instances have started, or until they have finished. Thread-safe.</summary>
internal sealed class InstanceWaits
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InstanceView>> waiting = new(StringComparer.Ordinal);

    /// <summary>The next instance of that id for which <see cref="Reached"/> is called.</summary>
    public Task<InstanceView> Of(string instanceId) =>
        waiting.GetOrAdd(instanceId, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Reached(InstanceView instance)
    {
        if (waiting.TryRemove(instance.Id, out var waiter))
            waiter.TrySetResult(instance);
    }

    /// <summary>Ends all waits when the hub is stopped.</summary>
    public void Stopped()
    {
        foreach (var (id, waiter) in waiting)
            waiter.TrySetException(
                new HubException($"The task hub was stopped while waiting for '{id}'; the instance resumes at the next start.", true)
            );
    }
}
