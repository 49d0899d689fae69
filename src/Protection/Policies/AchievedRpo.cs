namespace Holdfast.Protection.Policies;

/// <summary>How old a cluster's last good point is, beside how old its policy lets it become. Pure.</summary>
/// <param name="Age">From the last good point's revision until now; null: there is no good point.</param>
/// <param name="Objective">The schedule's interval: the longer of the one that holds now and the one before it. Null: the schedule doesn't come twice.</param>
/// <param name="Limit">How old a point may become while all goes well: the objective, the jitter, and for the run itself a tenth of the objective, 5 minutes at least.</param>
/// <param name="Behind">Instants of the schedule since the last good point (since <c>from</c> where there is none), counted up to 1,000.</param>
public sealed record AchievedRpo(TimeSpan? Age, TimeSpan? Objective, TimeSpan? Limit, int Behind)
{
    private const int MostCounted = 1000;
    private static readonly TimeSpan ShortestRun = TimeSpan.FromMinutes(5);

    /// <summary>How far to look back for the instants before now.</summary>
    private static readonly TimeSpan Lookback = TimeSpan.FromDays(3660);

    /// <summary>False too where there is no point and one was due.</summary>
    public bool IsMet => Age is { } age ? Limit is null || age <= Limit : Behind == 0;

    /// <param name="lastGoodPoint">When the revision of the last point that succeeded was pinned; null: there is none.</param>
    /// <param name="from">Since when the policy has covered the cluster.</param>
    public static AchievedRpo Of(ProtectionPolicy policy, DateTimeOffset? lastGoodPoint, DateTimeOffset from, DateTimeOffset now)
    {
        var times = ScheduleTimes.Of(policy.Schedule);
        var jitter = TimeSpan.FromSeconds(policy.Schedule.JitterSeconds);
        var age = lastGoodPoint is { } point ? Max(now - point, TimeSpan.Zero) : (TimeSpan?)null;
        var objective = Interval(times, now);
        var limit = objective is { } interval ? interval + jitter + Max(interval / 10, ShortestRun) : (TimeSpan?)null;
        return new(age, objective, limit, times.Count(lastGoodPoint ?? from, now - jitter, MostCounted));
    }

    private static TimeSpan? Interval(ScheduleTimes times, DateTimeOffset now)
    {
        var (last, next) = (times.Last(now - Lookback, now), times.Next(now));
        var before = last is { } at ? times.Last(now - Lookback, at.AddTicks(-1)) : null;
        var present = next - last;
        var previous = last - before;
        return present is null || previous > present ? previous : present;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
