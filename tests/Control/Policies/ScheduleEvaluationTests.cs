using FsCheck;
using FsCheck.Fluent;
using Holdfast.Archive.Format;
using Holdfast.Control.Policies;

namespace Holdfast.Control.Tests.Policies;

public sealed class ScheduleEvaluationTests
{
    private static readonly ProtectionPolicy Hourly = PolicyOf("0 * * * *");

    [Fact]
    public void A_schedule_that_was_never_looked_at_makes_up_for_nothing()
    {
        var (decision, state) = Evaluate(Hourly, null, At("05:30"));

        Assert.Equal(At("06:00"), Assert.IsType<ScheduleDecision.NotDue>(decision).Next);
        Assert.Equal(At("06:00"), Assert.IsType<ScheduleDecision.Due>(Evaluate(Hourly, state, At("06:00")).Decision).ScheduledFor);
    }

    [Fact]
    public void Runs_that_were_missed_are_made_up_for_once()
    {
        var (decision, state) = Evaluate(Hourly, ScheduleState.Begin(Hourly.Schedule, At("05:30")), At("09:10"));

        Assert.Equal(new ScheduleDecision.Due(At("09:00"), 3, At("10:00")), decision);
        Assert.IsType<ScheduleDecision.NotDue>(Evaluate(Hourly, state, At("09:11")).Decision);
    }

    [Fact]
    public void A_paused_policy_says_so_and_what_it_skips_and_afterwards_makes_up_for_nothing()
    {
        var paused = Hourly with { Paused = new("moving") };
        var (decision, state) = Evaluate(paused, ScheduleState.Begin(Hourly.Schedule, At("05:30")), At("07:10"));
        var (still, _) = Evaluate(paused, state, At("07:20"));

        Assert.Equal(new ScheduleDecision.Paused("moving", At("07:00"), 2, At("08:00")), decision);
        Assert.Equal(new ScheduleDecision.Paused("moving", null, 0, At("08:00")), still);
        Assert.IsType<ScheduleDecision.NotDue>(Evaluate(Hourly, state, At("07:30")).Decision);
    }

    [Fact]
    public void An_edited_schedule_makes_up_for_nothing_of_the_time_before()
    {
        var state = ScheduleState.Begin(Hourly.Schedule, At("05:30"));

        Assert.IsType<ScheduleDecision.NotDue>(Evaluate(PolicyOf("0 */2 * * *"), state, At("09:10")).Decision);
    }

    [Fact]
    public void Jitter_is_always_the_same_stays_within_the_window_and_spreads_500_clusters()
    {
        var window = TimeSpan.FromSeconds(600);
        var delays = Enumerable
            .Range(0, 500)
            .Select(i => ScheduleEvaluation.Jitter("hourly", window, ClusterName.Parse($"cluster-{i}")))
            .ToList();

        Assert.Equal(delays[7], ScheduleEvaluation.Jitter("hourly", window, ClusterName.Parse("cluster-7")));
        Assert.NotEqual(delays[7], ScheduleEvaluation.Jitter("other", window, ClusterName.Parse("cluster-7")));
        Assert.All(delays, d => Assert.InRange(d, TimeSpan.Zero, window));
        Assert.InRange(delays.GroupBy(d => (int)d.TotalSeconds).Max(g => g.Count()), 1, 8);
        Assert.InRange(delays.Average(d => d.TotalSeconds), 250, 350);
        Assert.Equal(TimeSpan.Zero, ScheduleEvaluation.Jitter("hourly", TimeSpan.Zero, ClusterName.Parse("a")));
    }

    /// <summary>Whatever happens between looks: late ones, repeated ones, pauses, a look whose outcome was lost.</summary>
    [Fact]
    public void Every_instant_is_run_skipped_or_caught_up_exactly_once_and_never_run_twice() =>
        Prop.ForAll(
                Looks.ToArbitrary(),
                looks =>
                {
                    var policy = PolicyOf("*/10 * * * *", zone: "Europe/Berlin");
                    var times = ScheduleTimes.Of(policy.Schedule);
                    var now = DateTimeOffset.Parse("2026-10-24T22:03Z");
                    var begin = now;
                    ScheduleState state = ScheduleState.Begin(policy.Schedule, now);
                    var settled = new List<DateTimeOffset>();
                    var runs = new List<DateTimeOffset>();
                    foreach (var look in looks)
                    {
                        now += TimeSpan.FromMinutes(look.MinutesLater);
                        var asked = look.Paused ? policy with { Paused = new("x") } : policy;
                        var (decision, next) = ScheduleEvaluation.Evaluate(asked, state, now);
                        Assert.Equal(decision, ScheduleEvaluation.Evaluate(asked, state, now).Decision);
                        if (decision is ScheduleDecision.Due due && (runs.Count == 0 || runs[^1] != due.ScheduledFor))
                            runs.Add(due.ScheduledFor);
                        if (look.Lost)
                            continue;
                        var instants = Between(times, state.Settled, next.Settled);
                        Assert.Equal(instants.Count, Settles(decision));
                        settled.AddRange(instants);
                        state = next;
                    }

                    Assert.Equal(Between(times, begin, state.Settled), settled);
                    Assert.Equal(runs.Distinct().Order(), runs);
                    Assert.True(Between(times, state.Settled, now).Count == 0 || looks[^1].Lost);
                }
            )
            .QuickCheckThrowOnFailure();

    private static readonly Gen<Look[]> Looks = Gen.NonEmptyListOf(
            from minutes in Gen.Frequency((6, Gen.Choose(0, 3)), (3, Gen.Choose(4, 40)), (1, Gen.Choose(100, 900)))
            from paused in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
            from lost in Gen.Frequency((5, Gen.Constant(false)), (1, Gen.Constant(true)))
            select new Look(minutes, paused, lost)
        )
        .Select(l => l.ToArray());

    private sealed record Look(int MinutesLater, bool Paused, bool Lost);

    private static int Settles(ScheduleDecision decision) =>
        decision switch
        {
            ScheduleDecision.Due due => due.Missed + 1,
            ScheduleDecision.Paused paused => paused.Instants,
            _ => 0,
        };

    private static List<DateTimeOffset> Between(ScheduleTimes times, DateTimeOffset after, DateTimeOffset until)
    {
        var instants = new List<DateTimeOffset>();
        for (var next = times.Next(after); next <= until; next = times.Next(next.Value))
            instants.Add(next.Value);
        return instants;
    }

    private static (ScheduleDecision Decision, ScheduleState State) Evaluate(
        ProtectionPolicy policy,
        ScheduleState? state,
        DateTimeOffset now
    ) => ScheduleEvaluation.Evaluate(policy, state, now);

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse($"2026-11-22T{time}Z");

    private static ProtectionPolicy PolicyOf(string cron, string zone = "Etc/UTC") =>
        new()
        {
            Name = PolicyName.Parse("nightly"),
            Clusters = new() { Names = ["a"] },
            Schedule = new(cron, zone),
        };
}
