using FsCheck;
using FsCheck.Fluent;
using Holdfast.Control.Policies;

namespace Holdfast.Control.Tests.Policies;

public sealed class ScheduleTimesTests
{
    [Theory]
    // 02:30 doesn't exist on the 29th: at 03:00, to which clocks are put
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:30Z")]
    // 02:30 is there twice on the 25th: the first time only
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    // both fall on 03:00 of the 29th: one instant
    [InlineData("0 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00Z", "2026-03-29T01:00Z", "2026-03-30T00:00Z")]
    [InlineData("30 1 * * *", "America/New_York", "2026-10-31T12:00Z", "2026-11-01T05:30Z", "2026-11-02T06:30Z")]
    // midnight doesn't exist on the 24th
    [InlineData("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00Z", "2026-04-23T22:00Z", "2026-04-24T21:00Z")]
    // half an hour is skipped
    [InlineData("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00Z", "2026-10-03T15:30Z", "2026-10-04T15:15Z")]
    [InlineData("0 */6 * * *", "Etc/UTC", "2026-11-22T05:30Z", "2026-11-22T06:00Z", "2026-11-22T12:00Z")]
    [InlineData("20 0 */6 * * *", "Etc/UTC", "2026-11-22T05:30Z", "2026-11-22T06:00:20Z", "2026-11-22T12:00:20Z")]
    [InlineData("0 0 29 2 *", "Etc/UTC", "2026-11-22T05:30Z", "2028-02-29T00:00Z", "2032-02-29T00:00Z")]
    // a day must match both of its fields
    [InlineData("0 9 13 * FRI", "Etc/UTC", "2026-11-22T05:30Z", "2027-08-13T09:00Z", "2028-10-13T09:00Z")]
    public void Instants_follow_one_another(string cron, string zone, string after, string first, string second)
    {
        var times = Of(cron, zone);
        var next = times.Next(DateTimeOffset.Parse(after));

        Assert.Equal(DateTimeOffset.Parse(first), next);
        Assert.Equal(DateTimeOffset.Parse(second), times.Next(next!.Value));
    }

    [Fact]
    public void A_schedule_for_every_hour_keeps_its_interval_when_clocks_go_back()
    {
        var times = Of("*/20 * * * *", "Europe/Berlin");
        var instants = Instants(times, At("2026-10-24T23:50Z"), 9);

        Assert.All(instants.Zip(instants.Skip(1)), pair => Assert.Equal(TimeSpan.FromMinutes(20), pair.Second - pair.First));
    }

    [Fact]
    public void A_schedule_that_never_comes_has_no_next() => Assert.Null(Of("0 0 30 2 *", "Etc/UTC").Next(At("2026-11-22T05:30Z")));

    [Fact]
    public void The_last_instant_of_a_long_time_is_found_without_walking_through_it()
    {
        var times = Of("* * * * *", "Europe/Berlin");

        Assert.Equal(At("2026-11-22T05:30Z"), times.Last(At("1990-01-01T00:00Z"), At("2026-11-22T05:30:59Z")));
        Assert.Null(times.Last(At("2026-11-22T05:30Z"), At("2026-11-22T05:30:59Z")));
        Assert.Equal(At("2024-02-29T00:00Z"), Of("0 0 29 2 *", "Etc/UTC").Last(At("2021-01-01T00:00Z"), At("2026-11-22T05:30Z")));
    }

    [Theory]
    [
        InlineData("* * * *", "4 fields"),
        InlineData("61 * * * *", "Minutes: Value must be a number between 0 and 59"),
        InlineData("a * * * *", "Minutes"),
        InlineData("", "0 fields"),
        InlineData("@daily", "1 fields"),
        InlineData("* * * * * * *", "7 fields")
    ]
    [InlineData("0 H * * *", "jitterSeconds"), InlineData("*/60 * * * *", "between 1 and 59"), InlineData("* * * * *\u001b", "'?'")]
    public void What_is_no_cron_expression_is_explained(string cron, string says)
    {
        var fault = ScheduleTimes.CronFault(cron)!;

        Assert.Contains(says, fault);
        Assert.DoesNotContain(fault, char.IsControl);
    }

    [Theory]
    // the 15th is a Sunday
    [
        InlineData("0 0 L * *", "2026-11-22T05:30Z", "2026-11-30T00:00Z"),
        InlineData("0 0 15W * *", "2026-11-01T05:30Z", "2026-11-16T00:00Z")
    ]
    [
        InlineData("0 0 ? * MON#1", "2026-11-22T05:30Z", "2026-12-07T00:00Z"),
        InlineData("0 0 * * FRIL", "2026-11-22T05:30Z", "2026-11-27T00:00Z")
    ]
    [InlineData("0 0 * * 7", "2026-11-22T05:30Z", "2026-11-29T00:00Z")]
    public void Days_can_be_the_last_the_nearest_weekday_and_the_nth_weekday(string cron, string after, string first) =>
        Assert.Equal(At(first), Of(cron, "Etc/UTC").Next(At(after)));

    /// <summary>The days of two years, one after the other, beside the fields' values written out.</summary>
    [Fact]
    public void A_day_must_match_its_three_fields() =>
        Prop.ForAll(
                Days.ToArbitrary(),
                d =>
                {
                    var times = Of(
                        $"0 0 {string.Join(',', d.OfMonth)} {string.Join(',', d.Months)} {string.Join(',', d.OfWeek)}",
                        "Etc/UTC"
                    );
                    var start = At("2026-12-31T23:00Z");
                    var expected = Enumerable
                        .Range(1, 730)
                        .Select(i => start.AddHours(1).AddDays(i - 1))
                        .Where(day => d.OfMonth.Contains(day.Day) && d.Months.Contains(day.Month) && d.OfWeek.Contains((int)day.DayOfWeek))
                        .ToList();

                    Assert.Equal(expected, Instants(times, start, expected.Count));
                }
            )
            .QuickCheckThrowOnFailure();

    /// <summary>Whatever a zone's offset does: an instant is never before the one that it follows, and no day is left out.</summary>
    [Fact]
    public void A_daily_schedule_comes_once_on_each_day_of_every_zone() =>
        Assert.All(
            TimeZoneInfo.GetSystemTimeZones(),
            zone =>
            {
                var instants = Instants(Of("30 2 * * *", zone.Id), At("2026-12-31T00:00Z"), 366);
                var days = instants.Select(i => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(i, zone).DateTime)).ToList();

                Assert.Equal(Enumerable.Range(0, 366).Select(days[0].AddDays), days);
            }
        );

    /// <summary>
    /// Walks the wall clock minute by minute, which knows nothing of offsets: an instant is where the clock first shows or passes a time of
    /// the schedule.
    /// </summary>
    [Fact]
    public void Instants_are_where_the_wall_clock_first_shows_or_passes_their_times() =>
        Prop.ForAll(
                Cases.ToArbitrary(),
                c =>
                {
                    var zone = TimeZones.Find(c.Zone);
                    var times = Of($"{c.MinuteField} {c.HourField} * * *", c.Zone);
                    var end = c.Start + TimeSpan.FromHours(60);
                    var expected = new SortedSet<DateTimeOffset>();
                    // At the start the clock may show again what it has shown before: Antarctica/Casey went back by three hours in 2018.
                    var shown = Enumerable.Range(0, 24 * 60).Max(m => TimeZoneInfo.ConvertTime(c.Start.AddMinutes(-m), zone).DateTime);
                    for (var at = c.Start.AddMinutes(1); at <= end; at = at.AddMinutes(1))
                    {
                        var clock = TimeZoneInfo.ConvertTime(at, zone).DateTime;
                        for (var time = shown.AddMinutes(1); time <= clock; time = time.AddMinutes(1))
                        {
                            if (c.Matches(time))
                                expected.Add(at);
                        }
                        if (c.HourField == "*" && clock <= shown && c.Matches(clock))
                            expected.Add(at);
                        shown = clock > shown ? clock : shown;
                    }

                    Assert.Equal(expected, Instants(times, c.Start, expected.Count + 1).TakeWhile(t => t <= end));
                    Assert.Equal(expected.Count, times.Count(c.Start, end, 10_000));
                    Assert.Equal(expected.Count == 0 ? null : expected.Max, times.Last(c.Start, end));
                }
            )
            .QuickCheckThrowOnFailure();

    private static readonly Gen<DayFields> Days =
        from ofMonth in Gen.SubListOf(Enumerable.Range(1, 31))
        from months in Gen.SubListOf(Enumerable.Range(1, 12))
        from ofWeek in Gen.SubListOf(Enumerable.Range(0, 7))
        where ofMonth.Count * months.Count * ofWeek.Count > 0
        select new DayFields([.. ofMonth], [.. months], [.. ofWeek]);

    private sealed record DayFields(int[] OfMonth, int[] Months, int[] OfWeek);

    /// <summary>
    /// Zones and the days (22:00 UTC) near which their clocks were put. Not all are daylight saving time: a standard offset changed, or
    /// (Ireland, Morocco) winter time is the exception.
    /// </summary>
    private static readonly (string Zone, string Near)[] Changes =
    [
        ("Europe/Berlin", "2026-03-28"),
        ("Europe/Berlin", "2026-10-24"),
        ("America/New_York", "2026-03-07"),
        ("America/New_York", "2026-10-31"),
        ("Australia/Lord_Howe", "2026-04-04"),
        ("Australia/Lord_Howe", "2026-10-03"),
        ("Africa/Cairo", "2026-04-23"),
        ("Africa/Cairo", "2026-10-29"),
        ("Europe/Dublin", "2026-03-28"),
        ("Europe/Dublin", "2026-10-24"),
        ("Africa/Casablanca", "2026-02-14"),
        ("Africa/Casablanca", "2026-03-21"),
        ("America/Asuncion", "2018-03-24"),
        ("America/Asuncion", "2018-10-06"),
        ("Asia/Damascus", "2019-03-28"),
        ("Asia/Pyongyang", "2018-05-04"),
        ("Antarctica/Casey", "2018-03-10"),
        ("Antarctica/Casey", "2020-10-03"),
        ("Europe/Volgograd", "2020-12-26"),
        ("Asia/Almaty", "2024-02-29"),
        ("Asia/Kathmandu", "2026-07-01"),
        ("Etc/UTC", "2026-07-01"),
    ];

    private static readonly Gen<Case> Cases =
        from change in Gen.Elements(Changes)
        from minutes in Gen.Choose(-600, 600)
        from everyHour in Gen.Elements(true, false)
        from hour in Gen.Choose(0, 23)
        from step in Gen.Choose(1, 6)
        from stepped in Gen.Elements(true, false)
        from minute in Gen.Choose(0, 59)
        from every in Gen.Elements(7, 10, 15, 25, 30, 0)
        select new Case(
            change.Zone,
            DateTimeOffset.Parse(change.Near + "T22:00Z").AddMinutes(minutes),
            everyHour ? "*"
                : stepped ? $"*/{step}"
                : $"{hour}",
            every == 0 ? $"{minute}" : $"*/{every}",
            everyHour || (stepped && step == 1) ? 1
                : stepped ? step
                : 0,
            hour,
            every,
            minute
        );

    private sealed record Case(
        string Zone,
        DateTimeOffset Start,
        string HourField,
        string MinuteField,
        int HourStep,
        int Hour,
        int MinuteStep,
        int Minute
    )
    {
        public bool Matches(DateTime time) =>
            (HourStep == 0 ? time.Hour == Hour : time.Hour % HourStep == 0)
            && (MinuteStep == 0 ? time.Minute == Minute : time.Minute % MinuteStep == 0);
    }

    private static ScheduleTimes Of(string cron, string zone) => ScheduleTimes.Of(new(cron, zone));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text);

    private static List<DateTimeOffset> Instants(ScheduleTimes times, DateTimeOffset after, int count)
    {
        var instants = new List<DateTimeOffset>();
        for (var next = times.Next(after); next is { } found && instants.Count < count; next = times.Next(found))
            instants.Add(found);
        return instants;
    }
}
