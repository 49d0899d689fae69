namespace Holdfast.Durable;

/// <summary>How a task is called.</summary>
/// <param name="Retry">Null: one attempt.</param>
public sealed record TaskOptions(RetryPolicy? Retry = null)
{
    /// <summary>The id of a sub-orchestration. Null: one derived from the caller's id and the place of the call, the same in every replay.</summary>
    public string? InstanceId { get; init; }
}

/// <summary>
/// Attempts after a failure, by durable timers. A failure that says it is not transient (<see cref="TaskFailureDetails.IsNonRetriable"/>) is not tried again.
/// </summary>
/// <param name="MaxNumberOfAttempts">The first one included; at least 1.</param>
/// <param name="FirstRetryInterval">More than nothing.</param>
/// <param name="BackoffCoefficient">What each interval is multiplied by for the next; at least 1.</param>
/// <param name="MaxRetryInterval">Default: an hour.</param>
/// <param name="RetryTimeout">No new attempt begins later than this after the first. Default: without limit.</param>
public sealed record RetryPolicy(
    int MaxNumberOfAttempts, TimeSpan FirstRetryInterval, double BackoffCoefficient = 1.0, TimeSpan? MaxRetryInterval = null, TimeSpan? RetryTimeout = null);
