using Microsoft.Extensions.Logging;

namespace Holdfast.TaskHub.Storage;

/// <summary>
/// Retries until it succeeds: a full or failing disk may recover. Unexpected exceptions are retried too, since a timer or an activity that
/// was given up would be silently missing until the next start.
/// </summary>
internal static class Retries
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromMinutes(1);

    /// <param name="stopping">Cancels the retries.</param>
    /// <exception cref="OperationCanceledException">The hub stops.</exception>
    public static async Task<T> UntilItWorksAsync<T>(Func<Task<T>> attempt, TimeProvider time, ILogger log, CancellationToken stopping)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await attempt();
            }
            // These two mean that the hub was closed: retrying would never end.
            catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
            {
                log.LogError(e, "The task hub's file could not be used; retrying");
            }
            await Task.Delay(Wait(failures), time, stopping);
        }
    }

    /// <param name="failures">Number of earlier failures.</param>
    public static TimeSpan Wait(int failures) =>
        TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, FirstWait.TotalSeconds * Math.Pow(2, failures)));
}
