namespace Holdfast.Durable.Client;

/// <summary>
/// Talks to the engine that runs orchestrations: the Durable extension of a Functions host, or the embedded task hub. Names and meanings follow Microsoft.DurableTask's <c>DurableTaskClient</c>.
/// An id stands for at most one instance that hasn't finished. Payloads are given as objects that the registry's JSON resolves.
/// </summary>
/// <remarks>Everything may throw <see cref="DurableClientException"/> when the engine can't be reached or refuses; all but starting may be repeated.</remarks>
public interface IDurableClient
{
    /// <summary>Starts an instance. The extension may accept it before it finds that the id is taken: look the instance up where that matters.</summary>
    /// <returns>False: an instance of that id exists and has not finished; nothing was started.</returns>
    Task<bool> ScheduleNewOrchestrationInstanceAsync(string name, string instanceId, object? input, CancellationToken cancellation);

    /// <returns>Null: unknown.</returns>
    Task<OrchestrationMetadata?> GetInstanceAsync(string instanceId, CancellationToken cancellation);

    /// <summary>In no promised order; a page at a time from the engine.</summary>
    IAsyncEnumerable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery query, CancellationToken cancellation);

    /// <returns>False: unknown, or finished.</returns>
    Task<bool> RaiseEventAsync(string instanceId, string eventName, object? payload, CancellationToken cancellation);

    /// <inheritdoc cref="RaiseEventAsync"/>
    Task<bool> TerminateInstanceAsync(string instanceId, string reason, CancellationToken cancellation);

    /// <inheritdoc cref="RaiseEventAsync"/>
    Task<bool> SuspendInstanceAsync(string instanceId, string reason, CancellationToken cancellation);

    /// <inheritdoc cref="RaiseEventAsync"/>
    Task<bool> ResumeInstanceAsync(string instanceId, string reason, CancellationToken cancellation);

    /// <summary>Takes the failure of a failed instance back and lets it go on.</summary>
    /// <returns>False: unknown, or not failed.</returns>
    Task<bool> RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation);

    /// <summary>Forgets a finished instance and its history.</summary>
    /// <returns>False: unknown, or not finished.</returns>
    Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation);
}

public enum OrchestrationRuntimeStatus
{
    Pending,
    Running,
    Suspended,
    Completed,
    Failed,
    Terminated,
}

/// <summary>An instance as the engine shows it. Texts are JSON; the output of a failed instance is its message, that of a terminated one the reason, that of an unfinished one null.</summary>
public sealed record OrchestrationMetadata(
    string Name, string InstanceId, OrchestrationRuntimeStatus RuntimeStatus, DateTimeOffset CreatedAt, DateTimeOffset LastUpdatedAt)
{
    public string? Input { get; init; }
    public string? CustomStatus { get; init; }
    public string? Output { get; init; }
    public TaskFailureDetails? FailureDetails { get; init; }

    /// <summary>
    /// The engine failed it, not its orchestrator: the app died in an episode, or answered one with an error. Nothing is wrong with the run itself, and rewinding it lets it go on. Only the Durable extension fails
    /// instances so.
    /// </summary>
    public bool FailedInEngine =>
        RuntimeStatus is OrchestrationRuntimeStatus.Failed && $"{FailureDetails?.ErrorMessage} {Output}".Contains("failed with an unhandled exception", StringComparison.Ordinal);

    public bool IsFinished => RuntimeStatus is OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed or OrchestrationRuntimeStatus.Terminated;
}

/// <summary>Which instances; an empty query means all.</summary>
public sealed record OrchestrationQuery
{
    public IReadOnlyList<OrchestrationRuntimeStatus>? Statuses { get; init; }
    public DateTimeOffset? CreatedFrom { get; init; }
    public DateTimeOffset? CreatedTo { get; init; }
    public string? InstanceIdPrefix { get; init; }
    public bool FetchInputsAndOutputs { get; init; }
}

/// <summary>The engine could not be asked, or refused.</summary>
public sealed class DurableClientException : Exception
{
    public DurableClientException(string message, bool isTransient, Exception? inner = null) : base(message, inner) => IsTransient = isTransient;

    public bool IsTransient { get; }
}
