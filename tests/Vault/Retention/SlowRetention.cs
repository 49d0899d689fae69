using Holdfast.Archive.Format;
using Holdfast.Vault.Retention;

namespace Holdfast.Vault.Tests.Retention;

/// <summary>Retention as its documentation states it, one question about one point after the other.</summary>
internal static class SlowRetention
{
    public static HashSet<KeepRule> Of(PointFacts point, IReadOnlyList<PointFacts> all, RetentionTerms terms, DateTimeOffset now)
    {
        var reasons = new HashSet<KeepRule>();
        if (point.Hold is not null)
            reasons.Add(KeepRule.Held);
        if (point.KeepUntil > now)
            reasons.Add(KeepRule.Immutable);
        if (point.Doubt is not null)
        {
            reasons.Add(KeepRule.Doubtful);
            return reasons;
        }
        var mine = all.Where(p => p.Doubt is null && Equals(p.Policy, point.Policy)).ToList();
        if (!mine.Exists(p => IsAfter(p, point)))
            reasons.Add(KeepRule.LastPoint);
        if (point.State == PointState.Succeeded && !mine.Exists(p => p.State == PointState.Succeeded && IsAfter(p, point)))
            reasons.Add(KeepRule.LastSucceeded);
        var term = point.Policy is { } policy ? terms.Policies.GetValueOrDefault(policy) : terms.ByHand;
        if (term is null)
            reasons.Add(KeepRule.NoRule);
        else
            reasons.UnionWith(ByRule(point, mine, term, now));
        return reasons;
    }

    private static IEnumerable<KeepRule> ByRule(PointFacts point, List<PointFacts> mine, RetentionTerm term, DateTimeOffset now)
    {
        if (mine.Count(p => IsAfter(p, point)) < term.Rule.Last)
            yield return KeepRule.Last;
        if (term.Rule.Within is { } within && Earlier(mine.Max(p => p.PinnedAt), now) - point.PinnedAt <= within.Span)
            yield return KeepRule.Within;
        (KeepRule, int, Func<DateTimeOffset, DateTime>)[] rules =
        [
            (KeepRule.Hourly, term.Rule.Hourly, at => at.UtcDateTime.AddTicks(-(Local(at, term).Ticks % TimeSpan.TicksPerHour))),
            (KeepRule.Daily, term.Rule.Daily, at => Local(at, term).Date),
            (KeepRule.Weekly, term.Rule.Weekly, at => Monday(Local(at, term).Date)),
            (KeepRule.Monthly, term.Rule.Monthly, at => new(Local(at, term).Year, Local(at, term).Month, 1)),
            (KeepRule.Yearly, term.Rule.Yearly, at => new(Local(at, term).Year, 1, 1)),
        ];
        foreach (var (rule, count, periodOf) in rules)
        {
            var period = periodOf(point.PinnedAt);
            var isLastOfIt = !mine.Exists(p => periodOf(p.PinnedAt) == period && IsAfter(p, point));
            var later = mine.Select(p => periodOf(p.PinnedAt)).Where(p => p > period).Distinct().Count();
            if (isLastOfIt && later < count)
                yield return rule;
        }
    }

    private static DateTime Monday(DateTime day)
    {
        while (day.DayOfWeek != DayOfWeek.Monday)
            day = day.AddDays(-1);
        return day;
    }

    private static DateTime Local(DateTimeOffset at, RetentionTerm term) => at.UtcDateTime + term.Zone.GetUtcOffset(at);

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;

    private static bool IsAfter(PointFacts a, PointFacts b) =>
        a.Sequence > b.Sequence || (a.Sequence == b.Sequence && string.CompareOrdinal(a.Id.ToString(), b.Id.ToString()) > 0);
}
