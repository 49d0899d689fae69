using System.Text.Json.Nodes;

namespace Holdfast.TestKit.Storage;

/// <summary>
/// Brings the objects of some types to where they should be, repeatedly. One object is never worked on by two calls of a loop at once.
/// </summary>
/// <param name="every">When to look again without a change: after work that failed, or because delays end.</param>
/// <param name="failed">Takes what went wrong; the work is tried again.</param>
internal sealed class ControlLoop(
    TimeSpan every,
    Action<string> failed,
    params (WatchedObjects Objects, Func<JsonObject, Task> SyncAsync)[] looks
) : IDisposable
{
    private const int AtOnce = 8;
    private readonly SemaphoreSlim due = new(0, 1);

    /// <summary>Something changed.</summary>
    public void Wake()
    {
        try
        {
            due.Release();
        }
        catch (SemaphoreFullException)
        {
            // The next look is due already.
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var (objects, sync) in looks)
                await Parallel.ForEachAsync(
                    objects.All,
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                    async (live, _) => await TryAsync(live, sync, stop)
                );
            await due.WaitAsync(every, CancellationToken.None);
        }
    }

    public void Dispose() => due.Dispose();

    private async Task TryAsync(JsonObject live, Func<JsonObject, Task> sync, CancellationToken stop)
    {
        try
        {
            if (!stop.IsCancellationRequested)
                await sync(live);
        }
        catch (Exception e) when (e is InvalidOperationException or HttpRequestException or IOException)
        {
            failed(e.Message);
        }
    }
}
