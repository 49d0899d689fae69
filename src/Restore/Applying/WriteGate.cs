namespace Holdfast.Restore.Applying;

/// <summary>
/// How many writes may be in flight: at most <paramref name="most"/>, halved when the server throttles, one more for each round that it
/// doesn't. Entered in the order of asking. Thread-safe.
/// </summary>
/// <param name="most">Requests in flight at most.</param>
/// <param name="throttles">How often the server has throttled so far; only its growing matters.</param>
internal sealed class WriteGate(int most, Func<long> throttles)
{
    private readonly Lock gate = new();
    private readonly Queue<TaskCompletionSource> waiting = new();
    private long throttlesSeen = throttles();
    private double allowed = most;
    private int inFlight;

    public int Most => most;

    /// <summary>What is allowed in flight now.</summary>
    public int Allowed
    {
        get
        {
            lock (gate)
                return (int)allowed;
        }
    }

    public Task EnterAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (inFlight < (int)allowed)
            {
                inFlight++;
                return Task.CompletedTask;
            }
            var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(turn);
            return WaitAsync(turn, cancellation);
        }
    }

    /// <summary>Ends one entry and lets the next ones in.</summary>
    public void Exit()
    {
        lock (gate)
        {
            inFlight--;
            Adapt();
            while (inFlight < (int)allowed && waiting.TryDequeue(out var next))
            {
                if (next.TrySetResult())
                    inFlight++;
            }
        }
    }

    private static async Task WaitAsync(TaskCompletionSource turn, CancellationToken cancellation)
    {
        await using (cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), turn))
            await turn.Task;
    }

    // One burst of 429s reaches many requests at once: it halves once, since the next halving needs a throttle after all of them were seen.
    private void Adapt()
    {
        var now = throttles();
        if (now == throttlesSeen)
        {
            allowed = Math.Min(most, allowed + 1 / allowed);
            return;
        }
        throttlesSeen = now;
        allowed = Math.Max(1, allowed / 2);
    }
}
