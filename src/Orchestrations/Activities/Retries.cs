using Holdfast.Orchestrations.Failures;
using Microsoft.DurableTask;

namespace Holdfast.Orchestrations.Activities;

/// <summary>
/// How often activities are tried. Every call has a policy, since the crash of a worker process fails the activity that it ran and counts
/// as an attempt. A failure that waiting can't cure isn't retried.
/// </summary>
internal static class Retries
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    /// <summary>For what a run's end depends on: about an hour, as long as an outage may take to be fixed.</summary>
    private const int Patient = 30;

    /// <param name="attempts">At least 1.</param>
    public static TaskOptions Of(int attempts) =>
        new(new RetryPolicy(attempts, FirstPause, 2, LongestPause) { HandleFailure = Failure.MayPass });

    /// <summary>The same for a step at the end of a run. A caller that wants one attempt gets one.</summary>
    public static TaskOptions OfEnd(int attempts) => Of(attempts <= 1 ? 1 : Patient);
}
