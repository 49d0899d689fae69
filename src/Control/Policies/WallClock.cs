using Cronos;

namespace Holdfast.Control.Policies;

/// <summary>
/// The instants at which a zone's wall clock first shows a time of a cron expression, or is first past it. Cronos finds the times; the zone
/// is asked only for the offset of an instant. What <see cref="TimeZoneInfo"/> says of a local time (whether it is invalid or ambiguous,
/// and its offset), on which Cronos's own handling of zones rests, is wrong where a zone's standard offset changed and where daylight
/// saving time is negative, as in Africa/Casablanca (docs/decisions/0012-libraries.md). Immutable; pure.
/// </summary>
/// <param name="bothTimes">Whether a time that is shown again when clocks go back is an instant again.</param>
internal sealed class WallClock(CronExpression cron, TimeZoneInfo zone, bool bothTimes)
{
    /// <summary>No zone has been put back further in the years that there are schedules for: Antarctica/Casey, 2018.</summary>
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromHours(3);

    /// <summary>No zone keeps an offset for a shorter time.</summary>
    private static readonly TimeSpan ShortestStretch = TimeSpan.FromDays(1);

    /// <summary>The first instant after that one; null: none up to <paramref name="until"/>.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, DateTimeOffset until)
    {
        var at = zone.GetUtcOffset(after - LongestRepeat) == zone.GetUtcOffset(after) ? after : after - LongestRepeat;
        var shown = Shown(at);
        while (at <= until && cron.GetNextOccurrence(shown) is { } time)
        {
            (at, shown, var reached) = Towards(time, at, shown);
            if (reached && at > after)
                return at <= until ? at : null;
        }
        return null;
    }

    /// <summary>
    /// Moves to where the clock shows that time, or to the next change of its offset if that comes first. <c>Shown</c> is the latest time
    /// that is done with.
    /// </summary>
    private (DateTimeOffset At, DateTime Shown, bool Reached) Towards(DateTime time, DateTimeOffset at, DateTime shown)
    {
        var offset = zone.GetUtcOffset(at);
        var instant = new DateTimeOffset(time) - offset;
        if (FirstChange(at, instant) is not { } change)
            return (instant, time, true);
        var put = Shown(change);
        if (put >= time)
            return (change, put, true);
        var goesBack = zone.GetUtcOffset(change) < offset;
        return (change, goesBack && bothTimes ? put.AddTicks(-1) : shown, false);
    }

    /// <summary>
    /// The first instant after <paramref name="at"/> and not after <paramref name="until"/> with another offset; null: none.
    /// </summary>
    private DateTimeOffset? FirstChange(DateTimeOffset at, DateTimeOffset until)
    {
        var offset = zone.GetUtcOffset(at);
        for (var same = at; same < until; )
        {
            var next = until - same > ShortestStretch ? same + ShortestStretch : until;
            if (zone.GetUtcOffset(next) != offset)
                return Change(same, next);
            same = next;
        }
        return null;
    }

    private DateTimeOffset Change(DateTimeOffset before, DateTimeOffset changed)
    {
        var offset = zone.GetUtcOffset(before);
        while ((changed - before).Ticks > 1)
        {
            var middle = before + ((changed - before) / 2);
            if (zone.GetUtcOffset(middle) == offset)
                before = middle;
            else
                changed = middle;
        }
        return changed;
    }

    /// <summary>What the clock shows, as a time without a zone; Cronos takes such times for UTC.</summary>
    private DateTime Shown(DateTimeOffset instant) => instant.UtcDateTime + zone.GetUtcOffset(instant);
}
