using Microsoft.Extensions.Logging;

namespace Holdfast.Durable;

/// <summary>
/// What an orchestrator decides with: every effect it wants is asked for here, and comes back the same in every replay. Names and meanings are those of Microsoft.DurableTask's
/// <c>TaskOrchestrationContext</c>. An orchestrator awaits only tasks of its context, reads no clock, no file and no random number of its own, and blocks on nothing.
/// Not thread-safe: an orchestrator is one thread of control.
/// </summary>
public abstract class OrchestrationContext
{
    public abstract string Name { get; }
    public abstract string InstanceId { get; }

    /// <summary>The instance that called this one as a sub-orchestration; null for one that was started.</summary>
    public abstract ParentOrchestrationInstance? Parent { get; }

    /// <summary>The one clock of an orchestrator: when its present episode began. UTC.</summary>
    public abstract DateTime CurrentUtcDateTime { get; }

    /// <summary>What runs now ran before: only its decisions are being found again.</summary>
    public abstract bool IsReplaying { get; }

    public abstract T? GetInput<T>();

    /// <exception cref="TaskFailedException">The activity failed, and its retries with it.</exception>
    public abstract Task<T> CallActivityAsync<T>(string name, object? input = null, TaskOptions? options = null);

    /// <inheritdoc cref="CallActivityAsync{T}"/>
    public Task CallActivityAsync(string name, object? input = null, TaskOptions? options = null) => CallActivityAsync<object?>(name, input, options);

    /// <exception cref="TaskFailedException">The sub-orchestration failed, and its retries with it.</exception>
    public abstract Task<T> CallSubOrchestratorAsync<T>(string name, object? input = null, TaskOptions? options = null);

    /// <inheritdoc cref="CallSubOrchestratorAsync{T}"/>
    public Task CallSubOrchestratorAsync(string name, object? input = null, TaskOptions? options = null) => CallSubOrchestratorAsync<object?>(name, input, options);

    /// <summary>Completes at <paramref name="fireAt"/> (UTC), however far away; cancelling forgets it.</summary>
    public abstract Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken);

    public Task CreateTimer(TimeSpan delay, CancellationToken cancellationToken) => CreateTimer(CurrentUtcDateTime + delay, cancellationToken);

    /// <summary>Completes with the next event of that name (case ignored), in the order of their arrival; one that came before it was waited for is kept.</summary>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default);

    /// <exception cref="TaskCanceledException">Nothing came in time.</exception>
    public abstract Task<T> WaitForExternalEvent<T>(string eventName, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Raises an event of another instance.</summary>
    public abstract void SendEvent(string instanceId, string eventName, object? payload);

    /// <summary>Shown by status queries; at most 16 KB of JSON, and kept until set again.</summary>
    public abstract void SetCustomStatus(object? customStatus);

    /// <summary>When the orchestrator returns, it starts anew with this input and an empty history. What was scheduled and not awaited is dropped.</summary>
    public abstract void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true);

    /// <summary>An id that is the same in every replay, and no other instance's.</summary>
    public abstract Guid NewGuid();

    /// <summary>Writes nothing while replaying.</summary>
    public abstract ILogger CreateReplaySafeLogger(string categoryName);
}

/// <param name="Name">The orchestrator's name.</param>
public sealed record ParentOrchestrationInstance(string Name, string InstanceId);
