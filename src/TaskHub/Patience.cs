using Microsoft.Extensions.Logging;

namespace Holdfast.TaskHub;

/// <summary>
/// Outlasts whatever goes wrong for a while: a full disk, a disk that fails. What wasn't foreseen is tried again as well: a timer or an
/// activity that was given up would be missing in silence until the next start.
/// </summary>
internal static class Patience
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1),
        LongestWait = TimeSpan.FromMinutes(1);

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
            // These two say that the hub was closed: it will not work again, and trying on would never end.
            catch (Exception e) when (e is not (OperationCanceledException or ObjectDisposedException))
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
