using Holdfast.Orchestrations.Failures;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Capturing;

/// <summary>The volumes' part of a capture's orchestration. Depends only on the history.</summary>
/// <param name="batches">How many there are.</param>
/// <param name="window">Batches at once.</param>
/// <param name="cancelled">Completes when the run is cancelled.</param>
internal sealed class SnapshotBatches(
    TaskOrchestrationContext context,
    CaptureSubject capture,
    int batches,
    int window,
    TaskOptions options,
    Task cancelled
)
{
    private readonly TaskCompletionSource stopped = new();
    private Task<Failure?>? waiting;

    /// <summary>Has all of them cut.</summary>
    /// <returns>The first failure; null: what can be cut was.</returns>
    public Task<Failure?> CutAsync() =>
        EachAsync(batch => context.CallActivityAsync<bool>(CutVolumes.Name, new VolumeBatchSubject(capture, batch), options));

    /// <summary>Waits until each is ready to use, or was waited for long enough.</summary>
    /// <returns>The first failure; null: none is waited for.</returns>
    public Task<Failure?> AwaitAsync() => waiting = EachAsync(AwaitAsync);

    /// <summary>Nothing is waited for any longer.</summary>
    public async Task StopAsync()
    {
        stopped.TrySetResult();
        if (waiting is not null)
            await waiting;
    }

    /// <summary>Removes what the run made in the cluster.</summary>
    /// <returns>What is left and why, for the report: the point is as good as it was. Null: nothing is.</returns>
    public async Task<string?> ReleaseAsync()
    {
        try
        {
            await context.CallActivityAsync<bool>(ReleaseVolumes.Name, capture, options);
            return null;
        }
        catch (TaskFailedException e)
        {
            return "snapshot objects of this capture are left in the cluster, which a capture collects that begins more than three days "
                + $"later: {Failure.Of(e).Message}";
        }
    }

    private bool IsOver => cancelled.IsCompleted || stopped.Task.IsCompleted;

    private async Task<Failure?> EachAsync(Func<int, Task> act)
    {
        var next = 0;
        Failure? failure = null;
        await Task.WhenAll(Enumerable.Range(0, Math.Clamp(window, 1, batches)).Select(_ => LaneAsync()));
        return failure;

        async Task LaneAsync()
        {
            while (next < batches && failure is null && !IsOver)
            {
                var batch = next++;
                try
                {
                    await act(batch);
                }
                catch (TaskFailedException e)
                {
                    failure ??= Failure.Of(e);
                }
            }
        }
    }

    private async Task AwaitAsync(int batch)
    {
        while (!IsOver)
        {
            var wait = await context.CallActivityAsync<VolumeWait>(LookAtVolumes.Name, new VolumeBatchSubject(capture, batch), options);
            if (wait.Waiting == 0)
                return;
            await PauseAsync(TimeSpan.FromSeconds(wait.PauseSeconds));
        }
    }

    private async Task PauseAsync(TimeSpan pause)
    {
        using var stop = new CancellationTokenSource();
        var timer = context.CreateTimer(pause, stop.Token);
        await Task.WhenAny(timer, cancelled, stopped.Task);
        // an orchestrator has one thread: what is cancelled must be so before it continues
        if (!timer.IsCompleted)
            stop.Cancel();
    }
}
