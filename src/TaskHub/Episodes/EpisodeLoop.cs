using Holdfast.TaskHub.Storage;
using Microsoft.Extensions.Logging;

namespace Holdfast.TaskHub.Episodes;

/// <summary>
/// Runs the episodes of instances with messages: first come, first served, each instance at most once in the queue, never two episodes of
/// one instance at once, and no more than <paramref name="most"/> in total.
/// </summary>
/// <param name="stopping">Cancels episodes that are being decided elsewhere, and delays between attempts.</param>
internal sealed class EpisodeLoop(EpisodeRunner runner, TimeProvider time, ILogger log, int most, CancellationToken stopping)
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, Turn> turns = [];
    private readonly Queue<long> ready = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private bool stopped;

    /// <summary>These instances have messages on disk. One whose episode is running gets another one afterwards.</summary>
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
    /// Starts no more episodes, and waits up to <paramref name="patience"/> until the running ones are stored: one that isn't stored by
    /// then has no effect.
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
            log.LogWarning(e, "An orchestrator blocks its thread; its episode runs again at the next start");
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
            log.LogError(e, "An episode of instance {Key} was not stored; retrying", instance);
            return false;
        }
#pragma warning restore CA1031
    }

    private async Task TryAgainAsync(long instance, Turn turn)
    {
        await Task.Delay(Retries.Wait(turn.Failures - 1), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
