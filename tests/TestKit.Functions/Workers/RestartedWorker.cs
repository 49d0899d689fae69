namespace Holdfast.TestKit.Functions.Workers;

/// <summary>The one worker process of a host, started again whenever it ends. Thread-safe.</summary>
internal sealed class RestartedWorker : IAsyncDisposable
{
    private readonly Func<Task<WorkerProcess>> start;
    private readonly Lock gate = new();
    private Task<WorkerProcess> current;
    private bool stopped;

    public RestartedWorker(Func<Task<WorkerProcess>> start)
    {
        this.start = start;
        current = StartAsync();
    }

    public Task<WorkerProcess> CurrentAsync()
    {
        lock (gate)
            return current;
    }

    public async Task KillAsync()
    {
        var worker = await CurrentAsync();
        await worker.KillAsync();
        await Successor(worker);
    }

    public async ValueTask DisposeAsync()
    {
        Task<WorkerProcess> last;
        lock (gate)
        {
            stopped = true;
            last = current;
        }
        await last.ContinueWith(
                async started =>
                {
                    if (!started.IsCompletedSuccessfully)
                        return;
                    await using var worker = started.Result;
                    await worker.StopAsync();
                },
                TaskScheduler.Default
            )
            .Unwrap();
    }

    private async Task<WorkerProcess> StartAsync()
    {
        var worker = await start();
        _ = worker.Exited.ContinueWith(_ => Successor(worker), TaskScheduler.Default);
        return worker;
    }

    private Task<WorkerProcess> Successor(WorkerProcess ended)
    {
        lock (gate)
        {
            if (!stopped && current.IsCompletedSuccessfully && ReferenceEquals(current.Result, ended))
                current = StartAsync();
            return current;
        }
    }
}
