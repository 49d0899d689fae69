using Holdfast.Durable;

namespace Holdfast.Orchestrations.Effects;

/// <summary>How activities are tried again. What can't pass by waiting isn't.</summary>
internal static class Attempts
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(2);

    /// <summary>For what a run's end hangs on: it tries for as long as it takes an outage to be mended.</summary>
    public static readonly TaskOptions Patient = new(new RetryPolicy(30, FirstPause, 2, LongestPause));

    public static TaskOptions Of(int attempts) => attempts <= 1 ? new() : new(new RetryPolicy(attempts, FirstPause, 2, LongestPause));

    /// <summary>The same for a step at the end of a run, whose caller wants no patience when it wants none at all.</summary>
    public static TaskOptions OfEnd(int attempts) => attempts <= 1 ? new() : Patient;
}
