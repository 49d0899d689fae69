using System.Diagnostics.CodeAnalysis;
using Holdfast.TaskHub.Storage;

namespace Holdfast.TaskHub.Activities;

/// <summary>
/// Queued activities, taken from the instances in turn: one with thousands of activities delays another's by only one. Not thread-safe.
/// </summary>
internal sealed class FairQueue
{
    private readonly Dictionary<long, Queue<QueuedActivity>> waiting = [];
    private readonly Queue<long> turns = new();

    public void Add(QueuedActivity activity)
    {
        if (!waiting.TryGetValue(activity.Instance, out var queue))
        {
            waiting.Add(activity.Instance, queue = new());
            turns.Enqueue(activity.Instance);
        }
        queue.Enqueue(activity);
    }

    public bool TryTake([NotNullWhen(true)] out QueuedActivity? activity)
    {
        activity = null;
        while (activity is null && turns.TryDequeue(out var instance))
        {
            if (!waiting.TryGetValue(instance, out var queue))
                continue;
            activity = queue.Dequeue();
            if (queue.Count > 0)
                turns.Enqueue(instance);
            else
                waiting.Remove(instance);
        }
        return activity is not null;
    }

    public void Drop(long instance) => waiting.Remove(instance);
}
