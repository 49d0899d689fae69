namespace Holdfast.Durable.Replay;

/// <summary>Attempts after a failure, with durable timers between them: the history holds each, so a retry outlives the process.</summary>
internal static class Retries
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    public static async Task<T> RunAsync<T>(OrchestrationContext context, RetryPolicy policy, Func<Task<T>> attempt)
    {
        var begun = context.CurrentUtcDateTime;
        for (var number = 1; ; number++)
        {
            TimeSpan pause;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException failure) when (!failure.FailureDetails.IsNonRetriable && number < policy.MaxNumberOfAttempts)
            {
                pause = Pause(policy, number);
                if (policy.RetryTimeout is { } limit && context.CurrentUtcDateTime + pause - begun > limit)
                    throw;
            }
            await context.CreateTimer(pause, CancellationToken.None);
        }
    }

    private static TimeSpan Pause(RetryPolicy policy, int number)
    {
        var longest = policy.MaxRetryInterval ?? LongestInterval;
        var seconds = policy.FirstRetryInterval.TotalSeconds * Math.Pow(Math.Max(1, policy.BackoffCoefficient), number - 1);
        return seconds < longest.TotalSeconds ? TimeSpan.FromSeconds(seconds) : longest;
    }
}
