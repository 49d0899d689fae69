using System.Globalization;

namespace Holdfast.Vault.Retention;

/// <summary>
/// An hour, day, week, month or year of a zone's clock and calendar. An hour that a clock shows twice when it is put back is two hours.
/// </summary>
/// <param name="Order">Sorts as time passes; equal for instants of one period.</param>
/// <param name="Text">As people write it; of a week its Monday.</param>
internal readonly record struct CalendarPeriod(long Order, string Text)
{
    public static readonly (KeepRule Rule, Func<DateTimeOffset, CalendarPeriod> Of)[] All =
    [
        (KeepRule.Hourly, Hour),
        (KeepRule.Daily, at => Of(Day(at), at, "yyyy-MM-dd")),
        (KeepRule.Weekly, Week),
        (KeepRule.Monthly, at => Of((at.Year * 12L) + at.Month, at, "yyyy-MM")),
        (KeepRule.Yearly, at => Of(at.Year, at, "yyyy")),
    ];

    private static CalendarPeriod Hour(DateTimeOffset at) =>
        Of(
            at.UtcTicks - (at.TimeOfDay.Ticks % TimeSpan.TicksPerHour),
            at,
            at.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH'Z'" : "yyyy-MM-dd'T'HHzzz"
        );

    private static CalendarPeriod Week(DateTimeOffset at)
    {
        var sinceMonday = ((int)at.DayOfWeek + 6) % 7;
        return Of(Day(at) - sinceMonday, at.AddDays(-sinceMonday), "yyyy-MM-dd");
    }

    private static long Day(DateTimeOffset at) => at.Date.Ticks / TimeSpan.TicksPerDay;

    private static CalendarPeriod Of(long order, DateTimeOffset at, string format) =>
        new(order, at.ToString(format, CultureInfo.InvariantCulture));
}
