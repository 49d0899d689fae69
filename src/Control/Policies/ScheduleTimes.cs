using Cronos;

namespace Holdfast.Control.Policies;

/// <summary>
/// The instants of a schedule. They are times of the wall clock in its zone: one that is skipped when clocks go forward comes at the moment
/// to which they are put; one that there is twice when clocks go back comes the first time. Only a schedule for every hour comes both
/// times, since it means an interval. Immutable; pure.
/// </summary>
public sealed class ScheduleTimes
{
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(3660);

    private readonly WallClock clock;

    private ScheduleTimes(WallClock clock) => this.clock = clock;

    /// <exception cref="ArgumentException">
    /// The schedule was not validated: no cron expression, or no time zone that is known here.
    /// </exception>
    public static ScheduleTimes Of(PolicySchedule schedule)
    {
        var fields = Fields(schedule.Cron);
        if (CronFault(schedule.Cron) is { } fault)
            throw new ArgumentException($"'{schedule.Cron}' isn't a cron expression: {fault}", nameof(schedule));
        return new(new(Parse(schedule.Cron, fields), TimeZones.Find(schedule.TimeZone), bothTimes: fields[^4] == "*"));
    }

    /// <summary>Why the text isn't a cron expression; null: it is one.</summary>
    public static string? CronFault(string text)
    {
        var fields = Fields(text);
        if (fields.Length is not (5 or 6))
            return $"it has {fields.Length} fields";
        try
        {
            Parse(text, fields);
            return null;
        }
        catch (CronFormatException fault)
        {
            return Reason(fault);
        }
        catch (MissingSeedException)
        {
            return "H is not supported: jitterSeconds spreads the clusters";
        }
    }

    /// <summary>The first instant after that one; null: none within ten years.</summary>
    public DateTimeOffset? Next(DateTimeOffset after) => clock.Next(after, after + Horizon);

    /// <summary>
    /// The last instant after <paramref name="after"/> and not after <paramref name="until"/>; null: none. Its cost doesn't grow with the
    /// time between.
    /// </summary>
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

    /// <summary>
    /// How many instants there are after <paramref name="after"/> and not after <paramref name="until"/>, counted up to
    /// <paramref name="most"/>.
    /// </summary>
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

    /// <summary>
    /// The message less what the caller says too. It quotes one character of the text at most, which may be one that moves a terminal's
    /// cursor.
    /// </summary>
    private static string Reason(CronFormatException fault)
    {
        var reason = fault.Message.Replace("The given cron expression has an invalid format. ", "", StringComparison.Ordinal).TrimEnd('.');
        return string.Concat(reason.Select(c => char.IsControl(c) ? '?' : c));
    }

    private static CronExpression Parse(string text, string[] fields) =>
        CronExpression.Parse(text, fields.Length == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard);

    private static string[] Fields(string text) => text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
