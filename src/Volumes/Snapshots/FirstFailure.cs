using System.Runtime.ExceptionServices;

namespace Holdfast.Volumes.Snapshots;

/// <summary>
/// Of work whose parts are all to be tried, whichever fail: keeps the first failure, to be thrown once all were. Thread-safe.
/// </summary>
internal sealed class FirstFailure
{
    private ExceptionDispatchInfo? first;

    /// <summary>Throws nothing but a cancellation that the caller asked for.</summary>
    /// <returns>Whether it was done.</returns>
    public async Task<bool> TryAsync(Func<Task> part, CancellationToken cancellation)
    {
        try
        {
            await part();
            return true;
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            Interlocked.CompareExchange(ref first, ExceptionDispatchInfo.Capture(fault), null);
            return false;
        }
    }

    /// <summary>Of the first failure; null: there was none.</summary>
    public string? Message => first?.SourceException.Message;

    public void Throw() => first?.Throw();
}
