using Holdfast.Capture;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Cli.Output;

/// <summary>A run's report as a person reads it: what was done, what not and why.</summary>
internal static class RunText
{
    public static void Print(Screen screen, RunReport report)
    {
        var ink = screen.Ink;
        screen.Line(
            $"{States.Paint(ink, report.State)}  {ink.Bold($"{report.Run}")}  "
                + $"{report.Kind}{(report.Cluster is { } cluster ? $" of {cluster}" : "")}, by {report.Policy ?? report.RequestedBy}"
        );
        screen.Line(
            $"  began {Readable.Time(report.StartedAt)}, took {Readable.Duration(TimeSpan.FromSeconds(report.Seconds))}{Rate(report)}"
        );
        if (report.Failure is { } failure)
            screen.Line($"  {ink.Red("failed:")} {failure.Message}{(failure.Next is null ? "" : $" Next: {failure.Next}")}");
        if (report.Capture is { } capture)
            PrintCapture(screen, capture, report.AchievedRpoSeconds);
        if (report.Plan is { } plan)
            screen.Line(
                $"  plan {plan.Name} of {plan.Point}, digest {plan.Digest}: "
                    + $"{string.Join(", ", plan.Counts.Select(c => $"{Readable.Count(c.Value)} {c.Key}"))}"
            );
        if (report is { Plan: { } unapplied, Restore: null })
            ReportText.PrintIncomplete(unapplied.Incomplete, ink, screen.Line);
        if (report.Restore is { } restore)
        {
            screen.Line($"  {ReportText.Counts(restore)}");
            if (restore.Timings is { } times)
                TimingText.Print(times, screen.Line);
            ReportText.PrintMissing(restore, ink, screen.Line);
            foreach (var note in restore.Notes)
                screen.Line($"  note: {note}");
        }
        if (report.Recovery is { } recovery)
            PrintRecovery(screen, recovery);
        foreach (var part in report.Clusters)
            screen.Line(
                $"  {States.Paint(ink, part.State)}  {part.Cluster}  {(part.Point is { } point ? point.ToString() : part.Reason ?? "")}"
            );
        foreach (var pruned in report.Retention ?? [])
            PrintPruned(screen, pruned);
        foreach (var verified in report.Verification ?? [])
            PrintVerified(screen, verified);
        foreach (var copied in report.Replication ?? [])
            PrintReplicated(screen, copied);
        foreach (var note in report.Notes)
            screen.Line($"  note: {note}");
    }

    private static void PrintRecovery(Screen screen, RecoveryReport recovery)
    {
        var rto = recovery.RtoSeconds is { } seconds ? $", achieved RTO {Readable.Duration(TimeSpan.FromSeconds(seconds))}" : "";
        screen.Line($"  {(recovery.Drill == true ? "drill" : "recovery")} by plan {recovery.Plan.Digest} of run {recovery.Plan.Run}{rto}");
        foreach (var group in recovery.Groups)
        {
            screen.Line($"  {(group.Passed ? screen.Ink.Green("done") : screen.Ink.Yellow("not done"))}  group {group.Name}");
            foreach (var restore in group.Restores)
                screen.Line(
                    $"    {(restore.State is { } state ? States.Paint(screen.Ink, state) : "not reached")}  {restore.Name} into "
                        + $"{restore.Target}{(restore.Reason is null ? "" : $": {restore.Reason}")}"
                );
        }
    }

    private static void PrintReplicated(Screen screen, ReplicatedCluster copied)
    {
        screen.Line(
            $"  {copied.Cluster} -> {copied.Replica}: {Readable.Count(copied.Points, "point")}, {Readable.Count(copied.Packs, "pack")}, "
                + $"{Readable.Size(copied.Bytes)} copied"
        );
        string[] taken = copied.IsTakenOver ? ["another service has taken it over: nothing was copied"] : [];
        foreach (var problem in copied.Failure is { } failure ? [failure] : taken.Concat(copied.Findings))
            screen.Line($"    {screen.Ink.Yellow("problem:")} {problem}");
    }

    private static void PrintPruned(Screen screen, PrunedCluster cluster)
    {
        screen.Line(
            $"  {cluster.Cluster}: {Readable.Count(cluster.Expired, "point")} expired, {Readable.Count(cluster.Purged, "point")} purged, "
                + $"{Readable.Size(cluster.Bytes)} freed; {Readable.Count(cluster.Points, "point")} left"
        );
        foreach (var problem in cluster.Failure is { } failure ? [failure] : cluster.Problems)
            screen.Line($"    {screen.Ink.Yellow("problem:")} {problem}");
    }

    private static void PrintVerified(Screen screen, VerifiedCluster cluster)
    {
        screen.Line(
            $"  {cluster.Cluster}: {Readable.Count(cluster.Points, "point")}, {Readable.Count(cluster.PacksSeen, "pack")}, of which "
                + $"{Readable.Count(cluster.Packs)} read ({Readable.Size(cluster.Bytes)})"
        );
        foreach (var finding in cluster.Findings)
            screen.Line($"    {screen.Ink.Red(finding.Kind)}  {finding.Message}");
        if (cluster.Damage > cluster.Findings.Length)
            screen.Line($"    and {Readable.Count(cluster.Damage - cluster.Findings.Length)} more: run 'holdfast verify'");
        if (cluster.Failure is { } failure)
            screen.Line($"    {screen.Ink.Yellow("problem:")} {failure}");
    }

    private static string Rate(RunReport report) =>
        report.ObjectsPerSecond > 0 ? $", {Readable.Count((long)report.ObjectsPerSecond)} objects a second" : "";

    private static void PrintCapture(Screen screen, CaptureReport capture, double? achievedRpo)
    {
        screen.Line(
            $"  {capture.Point}: {Readable.Count(capture.Objects, "object")}, {Readable.Size(capture.Bytes)}, "
                + $"{Readable.Size(capture.BytesWritten)} written, at revision {capture.Revision}"
        );
        if (capture.Head is { } head)
            screen.Line($"  head {head}");
        if (achievedRpo is { } seconds)
            screen.Line($"  achieved RPO {Readable.Duration(TimeSpan.FromSeconds(seconds))}: since the point before");
        foreach (var gap in capture.Gaps)
            screen.Line($"  {screen.Ink.Yellow("gap:")} {gap.Resource}: {gap.Reason}");
        foreach (var warning in capture.Warnings)
            screen.Line($"  {screen.Ink.Yellow("warning:")} {warning}");
        foreach (var note in capture.Notes)
            screen.Line($"  note: {note}");
    }
}
