using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Archive.Format;
using Holdfast.Control;
using Holdfast.Control.Policies;

namespace Holdfast.Vault.Retention;

/// <summary>
/// Decides which points of a cluster stay, as grandfather-father-son schemes do (restic's <c>forget</c> is the model): each policy's rule
/// is applied to the points that were made under it. Ages are counted from the newest point, not from now, so that nothing expires while
/// nothing is captured. A point that any reason keeps stays. Pure.
/// </summary>
/// <remarks>
/// "Last" follows the seals' sequence; hours to years are those of the time at which the revision was pinned, in the zone of the policy's
/// schedule. Points that can't be counted on (<see cref="PointFacts.Doubt"/>) stay, and no other goes because of them.
/// </remarks>
public static class RetentionSchedule
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>Newest first, by sequence.</summary>
    /// <param name="points">All unexpired points of one cluster.</param>
    /// <param name="now">Whether immutability has ended.</param>
    public static ImmutableArray<RetentionDecision> Decide(IEnumerable<PointFacts> points, RetentionTerms terms, DateTimeOffset now)
    {
        var newestFirst = NewestFirst(points);
        var kept = newestFirst.ToDictionary(p => p.Id, _ => ImmutableArray.CreateBuilder<KeepReason>());
        void Keep(PointFacts point, KeepReason reason) => kept[point.Id].Add(reason);
        var sound = newestFirst.FindAll(p => p.Doubt is null);
        foreach (var group in sound.GroupBy(p => p.Policy))
            ByRule([.. group], terms.For(group.Key), now, Keep);
        KeepEnds(sound, Keep);
        foreach (var point in newestFirst)
            KeepByForce(point, now, Keep);
        return [.. newestFirst.Select(p => new RetentionDecision(p, kept[p.Id].ToImmutable(), Describe(p.Policy, terms.For(p.Policy))))];
    }

    private static void ByRule(List<PointFacts> newestFirst, RetentionTerm? term, DateTimeOffset now, Action<PointFacts, KeepReason> keep)
    {
        if (term is null)
        {
            newestFirst.ForEach(p => keep(p, new(KeepRule.NoRule)));
            return;
        }
        for (var i = 0; i < Math.Min(term.Rule.Last, newestFirst.Count); i++)
            keep(newestFirst[i], new(KeepRule.Last) { Number = i + 1, Of = term.Rule.Last });
        if (term.Rule.Within is { } within)
            Within(newestFirst, within, now, keep);
        foreach (var (rule, periodOf) in CalendarPeriod.All)
            ByPeriod(newestFirst, rule, Count(term.Rule, rule), p => periodOf(TimeZoneInfo.ConvertTime(p.PinnedAt, term.Zone)), keep);
    }

    /// <summary>A clock that was ahead makes no other point old.</summary>
    private static void Within(List<PointFacts> points, KeptDuration within, DateTimeOffset now, Action<PointFacts, KeepReason> keep)
    {
        var newest = points.Max(p => p.PinnedAt);
        var since = (newest < now ? newest : now) - within.Span;
        foreach (var point in points.Where(p => p.PinnedAt >= since))
            keep(point, new(KeepRule.Within, within.ToString()));
    }

    private static void ByPeriod(
        List<PointFacts> newestFirst,
        KeepRule rule,
        int most,
        Func<PointFacts, CalendarPeriod> periodOf,
        Action<PointFacts, KeepReason> keep
    )
    {
        if (most == 0)
            return;
        var periods = newestFirst
            .Select(p => (Point: p, Period: periodOf(p)))
            .DistinctBy(p => p.Period.Order)
            .OrderByDescending(p => p.Period.Order)
            .Take(most);
        foreach (var (index, (point, period)) in periods.Index())
            keep(point, new(rule, period.Text) { Number = index + 1, Of = most });
    }

    /// <summary>
    /// The last point, and the last whole one, of the cluster and of each policy: a policy that captures a part of the cluster makes no
    /// other's points dispensable.
    /// </summary>
    private static void KeepEnds(List<PointFacts> newestFirst, Action<PointFacts, KeepReason> keep)
    {
        foreach (var last in newestFirst.DistinctBy(p => p.Policy))
            keep(last, new(KeepRule.LastPoint));
        foreach (var last in newestFirst.Where(p => p.State == PointState.Succeeded).DistinctBy(p => p.Policy))
            keep(last, new(KeepRule.LastSucceeded));
    }

    private static void KeepByForce(PointFacts point, DateTimeOffset now, Action<PointFacts, KeepReason> keep)
    {
        if (point.Hold is { } hold)
            keep(point, new(KeepRule.Held, hold));
        if (point.KeepUntil is { } until && until > now)
            keep(point, new(KeepRule.Immutable, until.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)));
        if (point.Doubt is { } doubt)
            keep(point, new(KeepRule.Doubtful, doubt));
    }

    private static int Count(RetentionRule rule, KeepRule period) =>
        period switch
        {
            KeepRule.Hourly => rule.Hourly,
            KeepRule.Daily => rule.Daily,
            KeepRule.Weekly => rule.Weekly,
            KeepRule.Monthly => rule.Monthly,
            _ => rule.Yearly,
        };

    private static string? Describe(PolicyName? policy, RetentionTerm? term) =>
        term is null ? null : $"{(policy is { } name ? $"policy {name}" : "points made by hand")}: {term.Rule}";

    private static List<PointFacts> NewestFirst(IEnumerable<PointFacts> points) =>
        [.. points.OrderByDescending(p => p.Sequence).ThenByDescending(p => p.Id.ToString(), StringComparer.Ordinal)];
}
