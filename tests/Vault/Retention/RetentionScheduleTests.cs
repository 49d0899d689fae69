using System.Collections.Immutable;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Policies;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Tests.Retention;

public sealed class RetentionScheduleTests
{
    private static readonly DateTimeOffset Now = At("2026-11-30T12:00Z");

    [Fact]
    public void The_reasons_are_those_of_the_documented_rules()
    {
        var property = Prop.ForAll(
            Histories.ToArbitrary(),
            Rules.ToArbitrary(),
            Rules.ToArbitrary(),
            (points, nightly, byHand) =>
            {
                var terms = new RetentionTerms(
                    ImmutableDictionary<PolicyName, RetentionTerm>.Empty.Add(Policy("nightly"), new(nightly, Zone("Europe/Berlin"))),
                    new(byHand, Zone("Asia/Kathmandu"))
                );
                var decided = RetentionSchedule.Decide(points, terms, Now);
                return decided.Length == points.Count
                    && decided.All(d =>
                        d.Kept.Select(k => k.Rule).Distinct().Count() == d.Kept.Length
                        && SlowRetention.Of(d.Point, points, terms, Now).SetEquals(d.Kept.Select(k => k.Rule))
                    );
            }
        );

        property.Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void The_last_point_and_the_last_whole_one_of_a_cluster_never_expire()
    {
        var property = Prop.ForAll(
            Histories.ToArbitrary(),
            points =>
            {
                var sound = points.Where(p => p.Doubt is null).ToList();
                var kept = Decide(points, new(Hourly: 1)).Where(d => !d.Expires).Select(d => d.Point).Where(sound.Contains).ToList();
                return Last(kept) == Last(sound) && Last(kept.FindAll(IsWhole)) == Last(sound.FindAll(IsWhole));
            }
        );

        property.Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Each_period_keeps_its_last_point_and_says_which_one_it_is()
    {
        var decided = Decide(
            [Point(1, "2026-11-20T01:00Z"), Point(2, "2026-11-21T01:00Z"), Point(3, "2026-11-21T13:00Z"), Point(4, "2026-11-22T01:00Z")],
            new(Daily: 2, Monthly: 1)
        );

        Assert.Equal([4, 3, 2, 1], decided.Select(d => d.Point.Sequence));
        Assert.Equal(
            ["daily 2026-11-22 (1 of 2)", "monthly 2026-11 (1 of 1)", "the last point", "the last Succeeded point"],
            decided[0].Kept.Select(k => k.ToString())
        );
        Assert.Equal(["daily 2026-11-21 (2 of 2)"], decided[1].Kept.Select(k => k.ToString()));
        Assert.Equal([false, false, true, true], decided.Select(d => d.Expires));
        Assert.Equal("policy nightly: daily 2, monthly 1", decided[3].Rule);
    }

    [Theory]
    // 22:30 UTC is the next day in Berlin
    [InlineData("Europe/Berlin", "2026-07-01T22:30Z", "daily 2026-07-02 (1 of 1)")]
    [InlineData("Etc/UTC", "2026-07-01T22:30Z", "daily 2026-07-01 (1 of 1)")]
    public void A_day_is_that_of_the_schedules_zone(string zone, string at, string reason)
    {
        var decided = Decide([Point(1, at)], new(Daily: 1), zone);

        Assert.Equal(reason, decided[0].Kept[0].ToString());
    }

    [Fact]
    public void An_hour_that_a_clock_shows_twice_is_two_hours()
    {
        // clocks go back at 01:00 UTC from 03:00 to 02:00
        var decided = Decide(
            [Point(1, "2026-10-25T00:30Z"), Point(2, "2026-10-25T00:40Z"), Point(3, "2026-10-25T01:30Z")],
            new(Hourly: 2),
            "Europe/Berlin"
        );

        Assert.Equal(
            ["hourly 2026-10-25T02+01:00 (1 of 2)", "hourly 2026-10-25T02+02:00 (2 of 2)"],
            decided.SelectMany(d => d.Kept).Where(k => k.Rule == KeepRule.Hourly).Select(k => k.ToString())
        );
        Assert.True(decided[2].Expires);
    }

    [Fact]
    public void Weeks_begin_on_monday_also_across_a_year()
    {
        // 2026-12-28 is a Monday, 2027-01-03 its Sunday
        var decided = Decide([Point(1, "2026-12-27T12:00Z"), Point(2, "2026-12-28T12:00Z"), Point(3, "2027-01-03T12:00Z")], new(Weekly: 9));

        Assert.Equal(
            ["weekly 2026-12-28 (1 of 9)", "weekly 2026-12-21 (2 of 9)"],
            decided.SelectMany(d => d.Kept).Where(k => k.Rule == KeepRule.Weekly).Select(k => k.ToString())
        );
    }

    [Fact]
    public void Nothing_expires_because_nothing_is_captured()
    {
        PointFacts[] points = [Point(1, "2020-01-01T00:00Z"), Point(2, "2020-01-05T00:00Z"), Point(3, "2020-01-06T00:00Z")];

        var decided = Decide(points, new(Within: KeptDuration.Parse("2d")));

        Assert.Equal([false, false, true], decided.Select(d => d.Expires));
    }

    [Fact]
    public void A_point_of_the_future_makes_no_other_old()
    {
        PointFacts[] points = [Point(1, "2026-11-01T00:00Z"), Point(2, "2026-11-29T00:00Z"), Point(3, "2099-01-01T00:00Z")];

        var decided = Decide(points, new(Within: KeptDuration.Parse("2d")));

        Assert.Equal([false, false, true], decided.Select(d => d.Expires));
    }

    [Fact]
    public void A_point_that_is_doubtful_pushes_none_out_and_stays_itself()
    {
        var doubtful = Point(3, "2026-11-22T00:00Z") with { Doubt = "its signature is wrong" };

        var decided = Decide([Point(1, "2026-11-20T00:00Z"), Point(2, "2026-11-21T00:00Z"), doubtful], new(Last: 1));

        Assert.Equal([KeepRule.Doubtful], decided[0].Kept.Select(k => k.Rule));
        Assert.Equal([KeepRule.Last, KeepRule.LastPoint, KeepRule.LastSucceeded], decided[1].Kept.Select(k => k.Rule));
        Assert.True(decided[2].Expires);
    }

    [Fact]
    public void A_policy_that_captures_a_part_makes_no_others_points_dispensable()
    {
        var other = Point(9, "2026-11-22T00:00Z") with { Policy = Policy("part") };

        var decided = Decide([Point(1, "2026-11-20T00:00Z"), other], new(Last: 1));

        Assert.Equal([KeepRule.Last, KeepRule.LastPoint, KeepRule.LastSucceeded], decided[1].Kept.Select(k => k.Rule));
        Assert.Equal([KeepRule.NoRule, KeepRule.LastPoint, KeepRule.LastSucceeded], decided[0].Kept.Select(k => k.Rule));
    }

    [Fact]
    public void Immutable_and_held_points_stay_whatever_the_rule_says()
    {
        var immutable = Point(1, "2026-11-01T00:00Z") with { KeepUntil = Now.AddSeconds(1) };
        var free = Point(2, "2026-11-02T00:00Z") with { KeepUntil = Now };
        var held = Point(3, "2026-11-03T00:00Z") with { Hold = "audit 2026" };

        var decided = Decide([immutable, free, held, Point(4, "2026-11-04T00:00Z")], new(Last: 1));

        Assert.Equal(["held: audit 2026"], decided[1].Kept.Select(k => k.ToString()));
        Assert.True(decided[2].Expires);
        Assert.Equal(["immutable until 2026-11-30T12:00:01Z"], decided[3].Kept.Select(k => k.ToString()));
    }

    private static long Last(IEnumerable<PointFacts> points) => points.Select(p => p.Sequence).DefaultIfEmpty().Max();

    private static bool IsWhole(PointFacts point) => point.State == PointState.Succeeded;

    private static readonly Gen<RetentionRule> Rules =
        from last in Gen.Choose(0, 3)
        from hourly in Gen.Choose(0, 4)
        from daily in Gen.Choose(0, 4)
        from weekly in Gen.Choose(0, 3)
        from monthly in Gen.Choose(0, 3)
        from yearly in Gen.Choose(0, 2)
        from within in Gen.Elements<KeptDuration?>(null, KeptDuration.Parse("5h"), KeptDuration.Parse("3d"), KeptDuration.Parse("9w"))
        select new RetentionRule(hourly, daily, weekly, monthly, yearly, last, within);

    /// <summary>Of clocks that jump, of two heads with one sequence, around a change of clocks and the turn of a year.</summary>
    private static readonly Gen<List<PointFacts>> Histories = Points()
        .ListOf()
        .Select(points => points.DistinctBy(p => p.Id).Take(40).ToList());

    private static Gen<PointFacts> Points() =>
        from start in Gen.Elements(At("2026-10-24T20:00Z"), At("2026-12-27T00:00Z"), At("2024-02-28T00:00Z"), At("2026-11-20T00:00Z"))
        from unit in Gen.Elements(TimeSpan.FromMinutes(7), TimeSpan.FromHours(5), TimeSpan.FromDays(1), TimeSpan.FromDays(40))
        from steps in Gen.Choose(0, 20)
        from sequence in Gen.Choose(1, 30)
        from policy in Gen.Elements<PolicyName?>(null, Policy("nightly"), Policy("other"))
        from state in Gen.Elements(PointState.Succeeded, PointState.Partial)
        from doubt in Gen.Frequency((9, Gen.Constant<string?>(null)), (1, Gen.Constant<string?>("unsigned")))
        from hold in Gen.Frequency((9, Gen.Constant<string?>(null)), (1, Gen.Constant<string?>("audit")))
        from keep in Gen.Elements<DateTimeOffset?>(null, null, Now.AddDays(-1), Now, Now.AddDays(1))
        let at = start + (unit * steps)
        select Point(sequence, at) with
        {
            Policy = policy,
            State = state,
            Doubt = doubt,
            Hold = hold,
            KeepUntil = keep,
        };

    private static ImmutableArray<RetentionDecision> Decide(IEnumerable<PointFacts> points, RetentionRule rule, string zone = "Etc/UTC") =>
        RetentionSchedule.Decide(
            points,
            RetentionTerms.None with
            {
                Policies = ImmutableDictionary<PolicyName, RetentionTerm>.Empty.Add(Policy("nightly"), new(rule, Zone(zone))),
            },
            Now
        );

    private static PointFacts Point(int sequence, string at) => Point(sequence, At(at));

    private static PointFacts Point(int sequence, DateTimeOffset at)
    {
        var content = ContentDigest.Of([(byte)sequence, (byte)at.Minute, (byte)at.Hour]);
        return new(PointId.For(at, content), sequence, at, PointState.Succeeded, Policy("nightly"), null);
    }

    private static PolicyName Policy(string name) => PolicyName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);

    private static TimeZoneInfo Zone(string name) => TimeZones.Find(name);

    private static DateTimeOffset At(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
