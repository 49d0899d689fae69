using System.Runtime.CompilerServices;
using Holdfast.Durable.Client;
using Holdfast.Durable.Hub.Episodes;
using Holdfast.Durable.Hub.Storage;
using Holdfast.Durable.Protocol;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Hub;

/// <param name="MaxActivities">Activities at once.</param>
/// <param name="MaxOrchestrators">Orchestrator episodes at once.</param>
public sealed record TaskHubOptions(int MaxActivities = 32, int MaxOrchestrators = 4)
{
    /// <summary>How long a hub that stops waits for what runs, having told activities to stop. Default: 10 seconds.</summary>
    public TimeSpan StopPatience { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>
/// The embedded engine: histories in one SQLite file, orchestrators and activities of a registry run in this process. It survives being killed at any point: a decision is taken exactly once, an activity
/// runs at least once, a timer fires though the process was away. What a call promises is on disk when it returns. One process a file. Thread-safe.
/// </summary>
public sealed class TaskHub : IDurableClient, IAsyncDisposable
{
    private const int PageSize = 200;

    private readonly HubWriter writer;
    private readonly HubEngine engine;
    private readonly DurableRegistry registry;
    private readonly TimeProvider time;
    private int disposed;

    private TaskHub(HubWriter writer, HubEngine engine, DurableRegistry registry, TimeProvider time) =>
        (this.writer, this.engine, this.registry, this.time) = (writer, engine, registry, time);

    /// <summary>Opens or creates the hub and goes on with whatever was under way.</summary>
    /// <param name="path">The file; null: in memory, gone with the process.</param>
    /// <exception cref="DurableClientException">The file is in use by another process, damaged, of a newer version, or out of reach.</exception>
    public static async Task<TaskHub> StartAsync(
        string? path, DurableRegistry registry, TaskHubOptions options, TimeProvider time, ILoggerFactory logging, CancellationToken cancellation)
    {
        var file = await Task.Run(() => new HubWriter(path), cancellation);
        var hub = new TaskHub(file, new(file, registry, options, time, logging), registry, time);
        try
        {
            await hub.engine.GoOnAsync();
            return hub;
        }
        catch
        {
            await hub.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the instance has finished.</summary>
    /// <exception cref="DurableClientException">There is no such instance, or the hub was stopped before.</exception>
    public async Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, CancellationToken cancellation)
    {
        if (await FindAsync(instanceId) is { IsFinished: true } finished)
            return finished;
        var end = engine.Completions.Of(instanceId);
        // It may have finished between the look and the wait.
        return await FindAsync(instanceId) is { IsFinished: true } meanwhile ? meanwhile : await end.WaitAsync(cancellation);
    }

    public async Task<bool> ScheduleNewOrchestrationInstanceAsync(string name, string instanceId, object? input, CancellationToken cancellation)
    {
        if (registry.Orchestrator(name) is null)
            throw new DurableClientException($"This app has no orchestrator '{name}'.", false);
        if (InstanceIds.Fault(instanceId) is { } fault)
            throw new DurableClientException($"'{instanceId}' can't be the id of an instance: {fault}.", false);
        var started = new ExecutionStartedEvent { Name = name, Input = JsonPayload.WriteObject(input, registry.Json), OrchestrationInstance = new() { InstanceId = instanceId } };
        var key = await writer.Do(tables => InstanceStart.Add(tables, instanceId, started, null, Now));
        if (key is not null)
            engine.Episodes.Signal([key.Value]);
        return key is not null;
    }

    public Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation) => writer.Do(tables => tables.Views.Find(instanceId));

    public async IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var after = 0L; ;)
        {
            cancellation.ThrowIfCancellationRequested();
            var page = await writer.Do(tables => tables.Views.Page(query, after, PageSize));
            foreach (var found in page)
                yield return found.Instance;
            if (page.Count < PageSize)
                yield break;
            after = page[^1].Key;
        }
    }

    public Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellation)
    {
        var data = JsonPayload.WriteObject(payload, registry.Json);
        return TellAsync(instanceId, now => Messages.Raised(now, eventName, data));
    }

    /// <summary>Sub-orchestrations are terminated with it, and running activities are told to stop.</summary>
    /// <inheritdoc cref="RaiseEventAsync"/>
    public Task<bool> TerminateInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => TellAsync(instanceId, now => Messages.Terminated(now, reason));

    public Task<bool> SuspendInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => TellAsync(instanceId, now => Messages.Suspended(now, reason));

    public Task<bool> ResumeInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => TellAsync(instanceId, now => Messages.Resumed(now, reason));

    public Task<bool> RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => engine.Rewinder.RewindAsync(instanceId, reason);

    /// <summary>Finished sub-orchestrations are forgotten with it.</summary>
    /// <returns>False: unknown, or not finished.</returns>
    public Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation) =>
        writer.Do(tables => tables.Instances.ById(instanceId) is { IsFinished: true } instance && Purge(tables, instance));

    /// <summary>
    /// Tells running activities to stop and waits for them (<see cref="TaskHubOptions.StopPatience"/>), lets running episodes end, and closes the file. What is under way goes on at the next start; an activity
    /// that was stopped is then run again.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        await engine.DisposeAsync();
        writer.Dispose();
    }

    private long Now => time.GetUtcNow().UtcTicks;

    private async Task<OrchestrationMetadata> FindAsync(string instanceId) =>
        await writer.Do(tables => tables.Views.Find(instanceId)) ?? throw new DurableClientException($"There is no instance '{instanceId}' to wait for.", false);

    private async Task<bool> TellAsync(string instanceId, Func<long, HistoryEvent> message)
    {
        var told = await writer.Do(tables =>
        {
            if (tables.Instances.ById(instanceId) is not { IsFinished: false } instance)
                return 0;
            tables.Inbox.Add(instance.Key, InboxRank.Arrival, null, message(Now));
            return instance.Key;
        });
        if (told != 0)
            engine.Episodes.Signal([told]);
        return told != 0;
    }

    private static bool Purge(HubTables tables, InstanceRow instance)
    {
        foreach (var child in tables.Instances.Children(instance.Key).Where(child => child.IsFinished))
            Purge(tables, child);
        tables.Drop(instance.Key);
        return true;
    }
}
