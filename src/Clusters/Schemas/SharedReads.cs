using System.Collections.Concurrent;

namespace Holdfast.Clusters.Schemas;

/// <summary>
/// Reads each key once for all callers. A failed read is dropped, so that the next caller reads again. Thread-safe.
/// </summary>
/// <param name="read">Shared by its callers: one caller's cancellation doesn't end it.</param>
internal sealed class SharedReads<TKey, T>(Func<TKey, Task<T>> read)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<T>>> reads = new();

    public async Task<T> GetAsync(TKey key, CancellationToken cancellation)
    {
        var shared = reads.GetOrAdd(key, k => new(() => read(k)));
        try
        {
            return await shared.Value.WaitAsync(cancellation);
        }
        catch when (shared.Value.IsFaulted)
        {
            reads.TryRemove(KeyValuePair.Create(key, shared));
            throw;
        }
    }
}
