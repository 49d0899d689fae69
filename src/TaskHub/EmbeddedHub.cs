using Holdfast.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub;

/// <summary>
/// The embedded engine: histories in one SQLite file, orchestrators and activities run by an executor. It survives being killed at any
/// point: a decision is taken exactly once, an activity runs at least once,
/// a timer fires though the process was away. What a call promises is on disk when it returns. One process a file. Thread-safe.
/// </summary>
public sealed class EmbeddedHub : IAsyncDisposable
{
    private readonly HubWriter writer;
    private readonly HubEngine engine;
    private int disposed;

    private EmbeddedHub(HubWriter writer, HubEngine engine, DurableTaskClient client) =>
        (this.writer, this.engine, Client) = (writer, engine, client);

    /// <inheritdoc cref="HubClient"/>
    public DurableTaskClient Client { get; }

    /// <summary>Opens or creates the hub and resumes whatever was under way.</summary>
    /// <param name="path">The file, created for its owner alone; null: in memory, gone with the process.</param>
    /// <param name="converter">Writes inputs, events and outputs that clients give; the executor's own.</param>
    /// <param name="cancellation">Of the start alone.</param>
    /// <exception cref="HubException">The file is in use by another process, damaged, of another version, or out of reach.</exception>
    public static async Task<EmbeddedHub> StartAsync(
        string? path,
        IHubExecutor executor,
        DataConverter converter,
        HubOptions options,
        TimeProvider time,
        ILoggerFactory logging,
        CancellationToken cancellation
    )
    {
        var file = await Task.Run(() => new HubWriter(path), cancellation);
        var loops = new HubEngine(file, executor, options, time, logging);
        var hub = new EmbeddedHub(file, loops, new HubClient(file, loops, executor, converter, time));
        try
        {
            await loops.ResumeAsync();
            return hub;
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>The events of an instance's present execution, as they were recorded; empty while it is pending.</summary>
    /// <exception cref="ArgumentException">There is no such instance.</exception>
    public async Task<IReadOnlyList<P.HistoryEvent>> HistoryAsync(string instanceId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var events = await writer.Do(tables => tables.Instances.ById(instanceId) is { } found ? tables.History.Of(found.Key) : null);
        return events is null
            ? throw new ArgumentException($"There is no instance '{instanceId}'.", nameof(instanceId))
            : [.. events.Select(P.HistoryEvent.Parser.ParseFrom)];
    }

    /// <summary>
    /// Begins nothing new, waits for what is still running as long as <see cref="HubOptions.StopPatience"/>, and closes the file. Call it
    /// before, or at the moment at which, the process cancels the token that its
    /// activities watch: activities that fail from then on are not recorded, and run again at the next start.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await engine.DisposeAsync();
        writer.Dispose();
    }
}
