using System.Runtime.ExceptionServices;

namespace Holdfast.Functions.Scheduling;

/// <summary>A timer's work on many things: one that fails keeps none of the others from being done.</summary>
internal static class OneByOne
{
    /// <exception cref="Exception">The first failure, once all others are done: the timer logs it and warns.</exception>
    public static async Task DoAsync<T>(IAsyncEnumerable<T> all, Func<T, Task> work, CancellationToken cancellation)
    {
        ExceptionDispatchInfo? first = null;
        await foreach (var one in all.WithCancellation(cancellation))
        {
            try
            {
                await work(one);
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                first ??= ExceptionDispatchInfo.Capture(fault);
            }
        }
        first?.Throw();
    }
}
