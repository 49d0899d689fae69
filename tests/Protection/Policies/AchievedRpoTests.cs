using Holdfast.Protection.Policies;

namespace Holdfast.Protection.Tests.Policies;

public sealed class AchievedRpoTests
{
    private static readonly DateTimeOffset Since = At("2026-11-01T00:00Z");

    [Theory]
    [InlineData("0 */6 * * *", 0, "2026-11-22T06:01Z", "2026-11-22T07:00Z", 59, 360, 396, 0, true)]
    [InlineData("0 */6 * * *", 0, "2026-11-22T00:01Z", "2026-11-22T05:59Z", 358, 360, 396, 0, true)]
    [InlineData("0 */6 * * *", 0, "2026-11-22T00:01Z", "2026-11-22T06:05Z", 364, 360, 396, 1, true)] // the run of 06:00 is on its way
    [InlineData("0 */6 * * *", 0, "2026-11-22T00:01Z", "2026-11-22T06:40Z", 399, 360, 396, 1, false)]
    [InlineData("0 */6 * * *", 600, "2026-11-22T00:01Z", "2026-11-22T06:05Z", 364, 360, 406, 0, true)]
    [InlineData("*/10 * * * *", 0, "2026-11-22T06:00Z", "2026-11-22T06:14Z", 14, 10, 15, 1, true)]
    [InlineData("0 */6 * * *", 0, "2026-11-21T00:01Z", "2026-11-22T06:05Z", 1804, 360, 396, 5, false)]
    [InlineData("0 20 * * MON-FRI", 0, "2026-11-20T20:01Z", "2026-11-23T09:00Z", 3659, 4320, 4752, 0, true)] // over a weekend the interval is three days
    [InlineData("0 20 * * MON-FRI", 0, "2026-11-20T20:01Z", "2026-11-24T21:00Z", 5819, 1440, 1584, 2, false)]
    public void The_age_of_the_last_good_point_stands_beside_the_schedules_interval(string cron, int jitter, string point, string now, int age, int objective, int limit, int behind, bool met)
    {
        var rpo = AchievedRpo.Of(PolicyOf(cron, jitter), At(point), Since, At(now));

        Assert.Equal(new AchievedRpo(TimeSpan.FromMinutes(age), TimeSpan.FromMinutes(objective), TimeSpan.FromMinutes(limit), behind), rpo);
        Assert.Equal(met, rpo.IsMet);
    }

    [Fact]
    public void Without_a_good_point_it_is_met_only_until_the_first_was_due()
    {
        var policy = PolicyOf("0 0 * * *", 0);

        Assert.True(AchievedRpo.Of(policy, null, At("2026-11-22T01:00Z"), At("2026-11-22T23:00Z")).IsMet);
        Assert.Equal(new AchievedRpo(null, TimeSpan.FromDays(1), TimeSpan.FromDays(1.1), 1), AchievedRpo.Of(policy, null, At("2026-11-22T01:00Z"), At("2026-11-23T00:30Z")));
        Assert.False(AchievedRpo.Of(policy, null, At("2026-11-22T01:00Z"), At("2026-11-23T00:30Z")).IsMet);
    }

    [Fact]
    public void A_point_of_a_clock_that_is_ahead_is_new_and_not_younger_than_that() =>
        Assert.Equal(TimeSpan.Zero, AchievedRpo.Of(PolicyOf("0 0 * * *", 0), At("2026-11-22T01:05Z"), Since, At("2026-11-22T01:00Z")).Age);

    private static ProtectionPolicy PolicyOf(string cron, int jitter) =>
        new() { Name = PolicyName.Parse("nightly"), Clusters = new() { Names = ["a"] }, Schedule = new(cron, "Etc/UTC", jitter) };

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text);
}
