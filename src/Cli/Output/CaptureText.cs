using Holdfast.Capture;

namespace Holdfast.Cli.Output;

/// <summary>What a capture made, as a person reads it.</summary>
internal static class CaptureText
{
    public static void Print(Screen screen, CaptureReport report)
    {
        var ink = screen.Ink;
        var state = report.State is CaptureState.Succeeded ? ink.Green("captured") : ink.Yellow("partially captured");
        screen.Line($"{state}  {ink.Bold($"{report.Point}")}  of {report.Cluster} at revision {report.Revision}");
        screen.Line($"  {Readable.Count(report.Objects, "object")}, {Readable.Size(report.Bytes)} in {Readable.Duration(report.Duration)}");
        screen.Line(
            $"  written {Readable.Count(report.PacksWritten, "pack")}, {Readable.Size(report.BytesWritten)}; {report.SegmentsReused} "
                + $"of {Readable.Count(report.Segments, "segment")} unchanged"
        );
        if (report.Volumes is { } volumes)
            screen.Line(
                $"  {Readable.Count(volumes.Protected + volumes.NotProtected, "volume")}, {volumes.Protected} with a snapshot of their data"
            );
        screen.Line($"  head {report.Head}: keep it elsewhere for 'holdfast verify --expect-head'");
        foreach (var note in report.Notes)
            screen.Line($"  note: {note}");
        foreach (var gap in report.Gaps)
            screen.Line($"  {ink.Yellow("missing:")} {gap.Resource}{(gap.Namespace is null ? "" : $" in {gap.Namespace}")}: {gap.Reason}");
    }
}
