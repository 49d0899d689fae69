using System.Runtime.CompilerServices;
using Holdfast.Durable.Client;
using Microsoft.Extensions.Logging;

namespace Holdfast.Durable.Hub;

/// <param name="MaxActivities">Activities at once.</param>
/// <param name="MaxOrchestrators">Orchestrator episodes at once.</param>
public sealed record TaskHubOptions(int MaxActivities = 32, int MaxOrchestrators = 4);

/// <summary>
/// The embedded engine: histories in one SQLite file, orchestrators and activities of a registry run in this process. It survives being killed at any point: a decision is taken exactly once, an activity
/// runs at least once, a timer fires though the process was away. One process a file. Thread-safe.
/// </summary>
public sealed class TaskHub : IDurableClient, IAsyncDisposable
{
    /// <summary>Opens or creates the hub and goes on with whatever was under way.</summary>
    /// <param name="path">The file; null: in memory, gone with the process.</param>
    public static Task<TaskHub> StartAsync(
        string? path, DurableRegistry registry, TaskHubOptions options, TimeProvider time, ILoggerFactory logging, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Waits until the instance has finished.</summary>
    public Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> ScheduleNewOrchestrationInstanceAsync(string name, string instanceId, object? input, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation) => throw new NotSupportedException();

    public async IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery query, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Task.CompletedTask;
        throw new NotSupportedException();
#pragma warning disable CS0162
        yield break;
#pragma warning restore CS0162
    }

    public Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> TerminateInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> SuspendInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> ResumeInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>Waits for what is running now to reach a safe place; what is under way goes on at the next start.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
