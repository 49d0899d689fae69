using Holdfast.TaskHub.Execution;
using Holdfast.TaskHub.Storage;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using P = Microsoft.DurableTask.Protobuf;

namespace Holdfast.TaskHub;

/// <summary>
/// The embedded engine: histories in one SQLite file, orchestrators and activities run by an executor. It survives being killed at any
/// point: a decision is taken exactly once, an activity runs at least once, a timer that came due while the process was down fires at the
/// next start. When a call returns, its effect is on disk. One process per file. Thread-safe.
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

    /// <summary>Opens or creates the hub and resumes unfinished instances.</summary>
    /// <param name="path">The file, created with access for its owner only; null: in memory, lost when the process ends.</param>
    /// <param name="converter">Serializes the clients' inputs, events and outputs; the same one as the executor's.</param>
    /// <param name="cancellation">Cancels the start only.</param>
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
    /// Starts nothing new, waits up to <see cref="HubOptions.StopPatience"/> for running work, and closes the file. Call it no later than
    /// the process cancels the token that its activities watch: failures from then on aren't recorded, and those activities run again at
    /// the next start.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await engine.DisposeAsync();
        writer.Dispose();
    }
}
