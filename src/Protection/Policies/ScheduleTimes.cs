using NCrontab;

namespace Holdfast.Protection.Policies;

/// <summary>
/// The instants of a schedule. They are times of the wall clock in its zone: one that is skipped when clocks go forward comes at the moment to which they are put; one that there is twice when
/// clocks go back comes the first time. Only a schedule for every hour comes both times, since it means an interval. Immutable; pure.
/// </summary>
public sealed class ScheduleTimes
{
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(3660);

    /// <summary>No zone has ever been put back further in the years that there are schedules for.</summary>
    private static readonly TimeSpan LongestRepeat = TimeSpan.FromHours(3);

    private readonly CrontabSchedule cron;
    private readonly TimeZoneInfo zone;
    private readonly bool everyHour;

    private ScheduleTimes(CrontabSchedule cron, TimeZoneInfo zone, bool everyHour) => (this.cron, this.zone, this.everyHour) = (cron, zone, everyHour);

    /// <exception cref="ArgumentException">The schedule was not validated: no cron expression, or no time zone that is known here.</exception>
    public static ScheduleTimes Of(PolicySchedule schedule)
    {
        var fields = Fields(schedule.Cron);
        var parsed = CrontabSchedule.TryParse(schedule.Cron, Options(fields)) ?? throw new ArgumentException($"'{schedule.Cron}' is no cron expression: {CronFault(schedule.Cron)}", nameof(schedule));
        return new(parsed, TimeZones.Find(schedule.TimeZone), fields[^4] == "*");
    }

    /// <summary>Why the text is no cron expression; null: it is one.</summary>
    public static string? CronFault(string text)
    {
        var fields = Fields(text);
        if (fields.Length is not (5 or 6))
            return $"it has {fields.Length} fields";
        return CrontabSchedule.TryParse<string?>(text, Options(fields), _ => null, error => error().Message);
    }

    /// <summary>The first instant after that one; null: none within ten years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var local = Local(after);
        DateTimeOffset? next = null;
        foreach (var time in Times(local, local + Horizon))
        {
            next = FirstOf(time);
            if (next > after)
                break;
            next = null;
        }
        return next is { } found && everyHour ? RepeatedBetween(after, found) ?? found : next;
    }

    /// <summary>The last instant after <paramref name="after"/> and not after <paramref name="until"/>; null: none. Its cost doesn't grow with the time between.</summary>
    public DateTimeOffset? Last(DateTimeOffset after, DateTimeOffset until)
    {
        for (var span = TimeSpan.FromMinutes(2); ; span *= 4)
        {
            var from = until - after <= span ? after : until - span;
            if (Next(from) is { } found && found <= until)
                return LastFrom(found, until);
            if (from == after)
                return null;
        }
    }

    /// <summary>How many instants there are after <paramref name="after"/> and not after <paramref name="until"/>, counted up to <paramref name="most"/>.</summary>
    public int Count(DateTimeOffset after, DateTimeOffset until, int most)
    {
        var count = 0;
        for (var next = Next(after); next <= until && count < most; next = Next(next.Value))
            count++;
        return count;
    }

    /// <summary>Between two of the next hundred instants after the turn of 2026; null: there are no two.</summary>
    internal TimeSpan? ShortestInterval()
    {
        TimeSpan? shortest = null;
        var last = Next(new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        for (var i = 0; i < 100 && last is { } from && Next(from) is { } next; i++)
        {
            if (shortest is null || next - from < shortest)
                shortest = next - from;
            last = next;
        }
        return shortest;
    }

    private DateTimeOffset LastFrom(DateTimeOffset found, DateTimeOffset until)
    {
        while (Next(found) is { } next && next <= until)
            found = next;
        return found;
    }

    private IEnumerable<DateTime> Times(DateTime after, DateTime until) => cron.GetNextOccurrences(after, until);

    private DateTime Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;

    /// <summary>When the wall clock first shows that time, or is first past it.</summary>
    private DateTimeOffset FirstOf(DateTime time)
    {
        while (zone.IsInvalidTime(time))
            time = new DateTime(time.Year, time.Month, time.Day, time.Hour, time.Minute, 0, DateTimeKind.Unspecified).AddMinutes(1);
        var offset = zone.IsAmbiguousTime(time) ? zone.GetAmbiguousTimeOffsets(time).Max() : zone.GetUtcOffset(time);
        return new DateTimeOffset(time, offset).ToUniversalTime();
    }

    /// <summary>The first instant between the two at which the wall clock shows a time of the schedule for the second time.</summary>
    private DateTimeOffset? RepeatedBetween(DateTimeOffset after, DateTimeOffset before)
    {
        if (zone.GetUtcOffset(after - LongestRepeat) == zone.GetUtcOffset(before))
            return null;
        foreach (var time in Times(Local(after) - LongestRepeat, Local(before)))
        {
            if (!zone.IsAmbiguousTime(time))
                continue;
            var again = new DateTimeOffset(time, zone.GetAmbiguousTimeOffsets(time).Min()).ToUniversalTime();
            if (again > after && again < before)
                return again;
        }
        return null;
    }

    private static string[] Fields(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static CrontabSchedule.ParseOptions Options(string[] fields) => new() { IncludingSeconds = fields.Length == 6 };
}
