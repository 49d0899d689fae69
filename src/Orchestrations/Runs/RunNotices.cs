using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Control.Notifications;

namespace Holdfast.Orchestrations.Runs;

/// <summary>What of a run's report people may want to know. Pure.</summary>
internal static class RunNotices
{
    /// <summary>Flawed clusters that are named, each with its reason.</summary>
    private const int Named = 10;

    /// <summary>In a fleet each cluster has a report of its own; how it ended is in the fleet's.</summary>
    public static IEnumerable<Notice> Of(RunReport report)
    {
        if (report.Run.Whole is null)
        {
            if (OfEnd(report) is { } end)
                yield return end;
            if (OfSchedule(report) is { } missed)
                yield return missed;
        }
        if (report.Capture is { Suspicious: { IsDefaultOrEmpty: false } changes })
            yield return Begin(report, NoticeType.SuspiciousChange, $"{Subject(report)} changed in a way that a person should look at") with
            {
                Lines = [.. changes.Select(change => change.Message)],
                Next = "Compare the point with the one before it: 'holdfast diff'. Points from before the change may be needed: hold one",
            };
    }

    /// <summary>Whether how the run ended is something to notify of. Who makes a plan waits for it.</summary>
    public static bool IsReported(RunReport report) =>
        report.State is (RunState.Failed or RunState.Partial) && report.Kind is not (RunKind.Plan or RunKind.RecoveryPlan);

    private static Notice? OfEnd(RunReport report)
    {
        if (!IsReported(report))
            return null;
        var isVerification = report.Kind == RunKind.Verification;
        var type =
            isVerification ? NoticeType.VerificationFailed
            : report.State == RunState.Failed ? NoticeType.RunFailed
            : NoticeType.RunPartial;
        var how =
            isVerification && report.State == RunState.Failed ? "found damage or failed"
            : isVerification ? "couldn't look at everything"
            : report.State == RunState.Failed ? "failed"
            : "is incomplete";
        return Begin(report, type, $"{What(report)} of {Subject(report)} {how}") with
        {
            Lines = [.. Lines(report)],
            Next = report.Failure?.Next ?? "The report names everything that is missing, with its reason",
        };
    }

    private static IEnumerable<string> Lines(RunReport report)
    {
        if (RunResult.Of(report).Reason is { } first)
            yield return $"First problem: {first}";
        var flawed = report.Clusters.Where(part => part.State is not RunState.Succeeded).ToList();
        foreach (var part in flawed.Take(Named))
            yield return $"{part.Cluster}: {part.State}{(part.Reason is null ? "" : $": {part.Reason}")}";
        if (flawed.Count > Named)
            yield return $"and {flawed.Count - Named} more of {report.Clusters.Length} clusters";
    }

    private static Notice? OfSchedule(RunReport report)
    {
        if (report.Kind != RunKind.Fleet)
            return null;
        var missed = report.State == RunState.Skipped ? report.Failure?.Message : report.Notes.FirstOrDefault(MissedRuns.IsNoted);
        return missed is null
            ? null
            : Begin(report, NoticeType.ScheduleMissed, $"Runs of {Subject(report)} didn't take place at their time") with
            {
                Lines = [missed],
                Next = report.Failure?.Next ?? "Find out why the service wasn't running at that time",
            };
    }

    private static Notice Begin(RunReport report, string type, string title) =>
        new(Id(report, type), type, report.EndedAt, title)
        {
            Run = report.Run,
            State = report.State.ToString(),
            Policy = report.Policy,
            Clusters = Concerned(report),
        };

    /// <summary>A run that is resumed, and fails once more, is another notice.</summary>
    private static string Id(RunReport report, string type)
    {
        var ended = report.EndedAt.UtcDateTime.ToString("yyyyMMddTHHmmss", CultureInfo.InvariantCulture);
        return $"{report.Run}-{type}-{ended}".Replace('.', '-');
    }

    private static ImmutableArray<Archive.Format.ClusterName> Concerned(RunReport report) =>
        report switch
        {
            { Cluster: { } one } => [one],
            { Verification: { } verified } => [.. verified.Where(c => c.Damage > 0 || c.Failure is not null).Select(c => c.Cluster)],
            { Retention: { } pruned } => [.. pruned.Where(c => c.Failure is not null || c.Problems.Length > 0).Select(c => c.Cluster)],
            { Recovery: { } recovered } => [.. Unfinished(recovered).Select(r => r.Target).Distinct()],
            { Replication: { } copied } => [.. copied.Where(c => c.IsFlawed).Select(c => c.Cluster).Distinct()],
            _ => [.. report.Clusters.Where(part => part.State is not RunState.Succeeded).Select(part => part.Cluster)],
        };

    private static IEnumerable<RecoveredRestore> Unfinished(RecoveryReport recovered) =>
        recovered.Groups.SelectMany(group => group.Restores).Where(restore => restore.State is not RunState.Succeeded);

    private static string What(RunReport report) =>
        report.Kind switch
        {
            RunKind.Capture or RunKind.Fleet => "The capture",
            _ => $"The {report.Kind.ToString().ToLowerInvariant()}",
        };

    private static string Subject(RunReport report) =>
        report switch
        {
            { Cluster: { } cluster, Policy: { } policy } => $"cluster '{cluster}' (policy '{policy}')",
            { Cluster: { } cluster } => $"cluster '{cluster}'",
            { Policy: { } policy } => $"policy '{policy}'",
            { Kind: RunKind.Fleet } => $"{report.Clusters.Length} clusters",
            { Recovery: { } recovered } => recovered.Groups.Length == 1 ? "1 group" : $"{recovered.Groups.Length} groups",
            _ => "the vault",
        };
}
