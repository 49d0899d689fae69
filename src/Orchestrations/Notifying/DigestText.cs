using System.Globalization;
using Holdfast.Control.Documents;
using Holdfast.Control.Notifications;
using Holdfast.Control.Policies;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Orchestrations.Notifying;

/// <summary>What happened in the last 24 hours, and how things stand.</summary>
internal static class DigestText
{
    /// <summary>Reports that are read; a fleet's parts have their own, which it counts.</summary>
    private const int MostReports = 2000;
    private const int PageSize = 500;
    private const int Named = 10;

    public static async Task<Notice> WriteAsync(
        RunEnvironment environment,
        RunReports reports,
        NotificationTarget target,
        DateOnly day,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var (runs, isAll) = await RunsAsync(reports, target, now.AddDays(-1), cancellation);
        var misses = new MissedObjectives(await MissedObjectives.ClustersAsync(environment, cancellation), [], now);
        var late = misses.Late(target).Where(one => target.Covers(one.Policy, [one.Cluster.ToString()])).ToList();
        var flawed = runs.Where(IsFlawed).ToList();
        List<string> lines = [.. Captures(runs), .. Flaws(flawed), .. Late(late), .. Others(runs)];
        foreach (var lag in await ReplicaLag.MeasureAsync(environment, cancellation))
            lines.Add($"Replica '{lag.Replica}': {(lag.Lag == TimeSpan.Zero ? "up to date" : $"{MissedObjectives.Span(lag.Lag)} behind")}");
        if (!isAll)
            lines.Add($"There were more runs than are read for a digest: only the newest {MostReports} were");
        lines.Add(await VerificationAsync(environment, cancellation));
        lines.Add(await NextAsync(environment, target, now, cancellation));
        var date = day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return new(
            $"digest-{target.Name}-{day.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}",
            NoticeType.Digest,
            now,
            flawed.Count + late.Count == 0
                ? $"{date}: {(isAll ? "everything is in order" : "nothing found wrong in the newest runs")}"
                : $"{date}: {Count(flawed.Count, "run")} failed or incomplete, {Count(late.Count, "cluster")} without a recent point"
        )
        {
            Lines = [.. lines.Where(line => line.Length > 0).Take(Notice.MostLines)],
        };
    }

    /// <summary>Newest first, those of fleets' parts among them, which ended in the time and concern the target.</summary>
    /// <returns>Whether these are all, too.</returns>
    private static async Task<(List<RunReport> Runs, bool All)> RunsAsync(
        RunReports reports,
        NotificationTarget target,
        DateTimeOffset since,
        CancellationToken cancellation
    )
    {
        var (all, read) = (new List<RunReport>(), 0);
        for (RunId? before = null; read < MostReports; )
        {
            var page = await reports.ListAsync(new(Clusters: true), before, PageSize, cancellation);
            read += PageSize;
            all.AddRange(page.Runs.Where(run => run.EndedAt >= since && target.Covers(run.Policy, ClustersOf(run))));
            // a run may have begun long before it ended
            if (page.Next is not { } next || next.Time < since.AddDays(-1))
                return (all, true);
            before = next;
        }
        return (all, false);
    }

    private static IEnumerable<string> ClustersOf(RunReport run) =>
        run switch
        {
            { Cluster: { } one } => [one.ToString()],
            { Recovery: { } recovery } => recovery.Groups.SelectMany(group => group.Restores).Select(restore => restore.Target.ToString()),
            _ => run.Clusters.Select(part => part.Cluster.ToString()),
        };

    /// <summary>In a fleet it is the fleet's report that counts.</summary>
    private static bool IsFlawed(RunReport run) => run.Run.Whole is null && RunNotices.IsReported(run);

    private static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";

    private static IEnumerable<string> Captures(List<RunReport> runs)
    {
        var points = runs.Where(run => run.Capture is not null).ToList();
        var gaps = points.Count(run => run.State != RunState.Succeeded);
        var written = points.Sum(run => run.Capture!.BytesWritten) / (1024d * 1024);
        yield return $"Points made: {points.Count}{(gaps == 0 ? "" : $", {gaps} of them with gaps")}";
        yield return $"The vault grew by {written.ToString("0.#", CultureInfo.InvariantCulture)} MiB of manifests";
    }

    private static IEnumerable<string> Flaws(List<RunReport> flawed)
    {
        foreach (var run in flawed.Take(Named))
        {
            var policy = run.Policy is null ? "" : $" (policy '{run.Policy}')";
            yield return $"{run.Kind} {run.Run}{policy}: {run.State}: {RunResult.Of(run).Reason}";
        }
        if (flawed.Count > Named)
            yield return $"and {flawed.Count - Named} more runs that failed or are incomplete";
    }

    private static IEnumerable<string> Late(List<ProtectedCluster> late)
    {
        if (late.Count > 0)
            yield return "Without a recent good point: "
                + string.Join(", ", late.Take(Named).Select(one => $"{one.Cluster} ({one.Policy}, {Since(one)})"))
                + (late.Count > Named ? $" and {late.Count - Named} more" : "");
    }

    private static string Since(ProtectedCluster late) => late.LastGood is { } last ? $"since {last:u}" : "none yet";

    private static IEnumerable<string> Others(List<RunReport> runs)
    {
        var restores = runs.FindAll(run => run.Kind == RunKind.Restore);
        if (restores.Count > 0)
            yield return $"Restores: {restores.Count}, {restores.Count(run => run.State == RunState.Succeeded)} complete";
    }

    private static async Task<string> VerificationAsync(RunEnvironment environment, CancellationToken cancellation)
    {
        var last = await new LastVerification(environment.Control).FindAsync(cancellation);
        var next = $"the next one begins after {VerificationOrder.DailyHour}:00 UTC";
        return last is null
            ? $"The vault was never verified; {next}"
            : $"Last verification of the vault: {last.State} at {last.EndedAt:u}; {next}";
    }

    private static async Task<string> NextAsync(
        RunEnvironment environment,
        NotificationTarget target,
        DateTimeOffset now,
        CancellationToken cancellation
    )
    {
        var policies = (await new ControlDocuments(environment.Control).AllPoliciesAsync(cancellation))
            .Select(kept => kept.Document)
            .OfType<ProtectionPolicy>()
            .Where(policy => target.Policies is not { } named || named.Contains(policy.Name.ToString()));
        var next = policies
            .Select(policy => (policy, At: policy.Paused is null ? ScheduleTimes.Of(policy.Schedule).Next(now) : null))
            .Where(one => one.At is not null)
            .OrderBy(one => one.At)
            .Take(Named)
            .Select(one => $"{one.policy.Name} at {one.At:u}");
        return string.Join(", ", next) is { Length: > 0 } all ? $"Next captures: {all}" : "No capture is scheduled";
    }
}
