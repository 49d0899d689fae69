namespace Holdfast.Durable.Replay;

/// <summary>
/// The one thread of control of an orchestrator for one episode: what its awaits post runs here, in order, and nowhere else. A continuation that comes from another thread belongs to something that the
/// orchestrator should not have awaited; it is noted and never run. Completing tasks happens outside of it (<see cref="Complete"/>), so that even <c>ConfigureAwait(false)</c> on a context's task goes on here.
/// </summary>
/// <param name="strayed">Told of each of those, on their thread; it may be long after the episode.</param>
internal sealed class OrchestratorThread(Action strayed) : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> posted = new();
    private readonly int thread = Environment.CurrentManagedThreadId;
    private volatile bool isClosed;
    private volatile bool hasForeignAwait;

    /// <summary>Something came back, or called the context, from another thread.</summary>
    public bool HasForeignAwait => hasForeignAwait;

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsForeign)
            Stray();
        else
            posted.Enqueue((d, state));
    }

    public override void Send(SendOrPostCallback d, object? state)
    {
        Verify();
        d(state);
    }

    public override SynchronizationContext CreateCopy() => this;

    /// <exception cref="ForeignAwaitException">Called from a thread that isn't the orchestrator's.</exception>
    public void Verify()
    {
        if (!IsForeign)
            return;
        Stray();
        throw new ForeignAwaitException();
    }

    /// <summary>Runs the callback as the orchestrator, and then everything that it posted.</summary>
    public void Run(Action callback)
    {
        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            callback();
            while (posted.TryDequeue(out var next))
                next.Callback(next.State);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>Completes a task that the orchestrator may wait for; what waits is run by the next <see cref="Run"/>.</summary>
    public static void Complete<TState>(TState state, Action<TState> complete)
    {
        var before = Current;
        SetSynchronizationContext(null);
        try
        {
            complete(state);
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    /// <summary>The episode is over: nothing runs here any more.</summary>
    public void Close() => isClosed = true;

    private void Stray()
    {
        hasForeignAwait = true;
        strayed();
    }

    private bool IsForeign => isClosed || Environment.CurrentManagedThreadId != thread;
}
