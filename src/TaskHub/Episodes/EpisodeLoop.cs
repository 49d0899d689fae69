using Microsoft.Extensions.Logging;

namespace Holdfast.TaskHub.Episodes;

/// <summary>
/// Gives instances with messages their turns: first come, first served, an instance at most once in the queue, never two episodes of one
/// at once, and no more than <paramref name="most"/> in all.
/// </summary>
/// <param name="stopping">Ends episodes that are being decided elsewhere, and waiting between attempts.</param>
internal sealed class EpisodeLoop(EpisodeRunner runner, TimeProvider time, ILogger log, int most, CancellationToken stopping)
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, Turn> turns = [];
    private readonly Queue<long> ready = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private bool stopped;

    /// <summary>These have messages on disk. One that is in its episode gets another one after it.</summary>
    public void Signal(IReadOnlyList<long> instances)
    {
        lock (gate)
        {
            foreach (var instance in instances)
            {
                if (turns.TryGetValue(instance, out var turn))
                {
                    turn.Again = true;
                    continue;
                }
                turns.Add(instance, new());
                ready.Enqueue(instance);
            }
        }
        Pump();
    }

    /// <summary>
    /// Begins no more episodes, and waits until those that run are stored or <paramref name="patience"/> is over: one that isn't stored
    /// then was never taken.
    /// </summary>
    public async Task StopAsync(TimeSpan patience)
    {
        lock (gate)
        {
            stopped = true;
            if (running == 0)
                idle.TrySetResult();
        }
        try
        {
            await idle.Task.WaitAsync(patience, time);
        }
        catch (TimeoutException e)
        {
            log.LogWarning(e, "An orchestrator blocks its thread; its episode is left behind and done again at the next start");
        }
    }

    private void Pump()
    {
        while (Take() is var (instance, turn))
            _ = Task.Run(() => TakeTurnAsync(instance, turn));
    }

    private (long Instance, Turn Turn)? Take()
    {
        lock (gate)
        {
            if (stopped || running == most || !ready.TryDequeue(out var instance))
                return null;
            running++;
            var turn = turns[instance];
            turn.Again = false;
            return (instance, turn);
        }
    }

    private async Task TakeTurnAsync(long instance, Turn turn)
    {
        var done = await TryAsync(instance);
        turn.Failures = done ? 0 : turn.Failures + 1;
        lock (gate)
        {
            running--;
            if (done)
                EndTurn(instance, turn);
            if (stopped && running == 0)
                idle.TrySetResult();
        }
        Pump();
        if (!done)
            await TryAgainAsync(instance, turn);
    }

    private async Task<bool> TryAsync(long instance)
    {
        try
        {
            return await runner.RunAsync(instance);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
#pragma warning disable CA1031 // One episode must not end the loop that all instances depend on.
        catch (Exception e)
        {
            log.LogError(e, "An episode of instance {Key} was not stored; it is tried again", instance);
            return false;
        }
#pragma warning restore CA1031
    }

    private async Task TryAgainAsync(long instance, Turn turn)
    {
        await Task.Delay(Patience.Wait(turn.Failures - 1), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            turn.Again = true;
            EndTurn(instance, turn);
        }
        Pump();
    }

    private void EndTurn(long instance, Turn turn)
    {
        if (turn.Again)
            ready.Enqueue(instance);
        else
            turns.Remove(instance);
    }

    private sealed class Turn
    {
        /// <summary>Messages came since the episode began.</summary>
        public bool Again { get; set; }

        public int Failures { get; set; }
    }
}
