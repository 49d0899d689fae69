namespace Holdfast.Functions.Handler;

/// <summary>
/// The way out of a process that its host stops. From the first SIGTERM on, the app listens as before but takes up nothing new: episodes are handed back to be delivered again, activities stop at the
/// next safe place. It ends when the calls that run have been answered, or after a while. Dying in the middle of an episode would fail its orchestration for good.
/// </summary>
internal sealed class Draining(TimeProvider time) : IDisposable
{
    /// <summary>Hosts wait about half a minute before they kill.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(25);

    private readonly CancellationTokenSource begun = new();
    private readonly Lock gate = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int calls;

    public CancellationToken Begun => begun.Token;

    public bool HasBegun => begun.IsCancellationRequested;

    /// <summary>A call that the way out waits for, until it is disposed.</summary>
    public IDisposable Enter()
    {
        lock (gate)
            calls++;
        return new Call(this);
    }

    public void Begin()
    {
        begun.Cancel();
        lock (gate)
        {
            if (calls == 0)
                idle.TrySetResult();
        }
    }

    /// <summary>After <see cref="Begin"/>: until no call is left, or for so long as a host waits.</summary>
    public async Task CompletedAsync()
    {
        try
        {
            await idle.Task.WaitAsync(Longest, time);
        }
        catch (TimeoutException)
        {
            // What still runs is cut off; the engine delivers it again or fails it, as it does when a process dies.
        }
    }

    public void Dispose() => begun.Dispose();

    private void Leave()
    {
        lock (gate)
        {
            if (--calls == 0 && HasBegun)
                idle.TrySetResult();
        }
    }

    private sealed class Call(Draining draining) : IDisposable
    {
        public void Dispose() => draining.Leave();
    }
}
