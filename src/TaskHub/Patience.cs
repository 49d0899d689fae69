using Microsoft.Extensions.Logging;

namespace Holdfast.TaskHub;

/// <summary>Outlasts a file that can't be written for a while: a full disk, a disk that fails.</summary>
internal static class Patience
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1), LongestWait = TimeSpan.FromMinutes(1);

    /// <param name="stopping">Gives up.</param>
    /// <exception cref="OperationCanceledException">The hub stops.</exception>
    public static async Task<T> UntilItWorksAsync<T>(Func<Task<T>> attempt, TimeProvider time, ILogger log, CancellationToken stopping)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await attempt();
            }
            catch (HubException e)
            {
                log.LogError(e, "The task hub's file could not be used; it is tried again");
            }
            await Task.Delay(Wait(failures), time, stopping);
        }
    }

    /// <param name="failures">How often it has failed before this last time.</param>
    public static TimeSpan Wait(int failures) =>
        TimeSpan.FromSeconds(Math.Min(LongestWait.TotalSeconds, FirstWait.TotalSeconds * Math.Pow(2, failures)));
}
