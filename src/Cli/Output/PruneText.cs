using Holdfast.Documents;
using Holdfast.Vault.Pruning;

namespace Holdfast.Cli.Output;

/// <summary>What retention and pruning decide, and did, as a person reads it.</summary>
internal static class PruneText
{
    /// <summary>A line for each point, newest first: whether it stays, and why.</summary>
    public static void PrintCalendar(Screen screen, PruneDocument document)
    {
        screen.Line(screen.Ink.Bold(document.Cluster));
        var table = new Table("POINT", "STATE", "POLICY", "RETENTION", "WHY");
        foreach (var point in document.Points)
        {
            var why = point.Expires ? point.Rule ?? "" : string.Join("; ", point.Kept.Select(k => k.Text));
            table.Add(
                point.Point.ToString(),
                States.Paint(screen.Ink, point.State),
                point.Policy ?? "",
                point.Expires ? screen.Ink.Yellow("expires") : screen.Ink.Green("stays"),
                why
            );
        }
        table.Print(screen);
    }

    public static void PrintPurge(Screen screen, PruneDocument document)
    {
        screen.Line();
        screen.Line($"  needed by points that stay  {Total(document.Needed)}");
        screen.Line($"  of expired points           {Total(document.Expired)}, purged 7 days after they expired");
        if (document.Waiting.Packs > 0)
            screen.Line($"  needed by nothing, and kept {Total(document.Waiting)}, as long as they are immutable or younger than 7 days");
        screen.Line($"  to be purged now            {Total(document.Purged)}");
        foreach (var point in document.Purge)
        {
            var why = point.ExpiredAt is { } at ? $"expired {Readable.Time(at)}" : "left by a capture that was cut short";
            screen.Line($"  {screen.Ink.Yellow("purge")} {point.Point} ({why})");
            foreach (var data in point.Volumes)
                screen.Line($"    and {data}");
        }
        foreach (var image in document.Images)
            screen.Line($"  {screen.Ink.Yellow("purge")} {image} (a disk image left by a capture that was cut short)");
        foreach (var files in document.Files)
            screen.Line($"  {screen.Ink.Yellow("purge")} files {files} (left by a capture that failed or was cut short)");
    }

    public static void PrintDone(Screen screen, string cluster, PruneResult done)
    {
        screen.Line(
            $"{cluster}: {Readable.Count(done.Expired, "point")} expired, {Readable.Count(done.Purged, "point")} purged, "
                + $"{Total(done.Packs)} freed{(done.IsUnfinished ? "; there is more to do: run it again" : "")}"
        );
    }

    private static string Total(PackTotal total) => $"{Readable.Count(total.Packs, "pack")}, {Readable.Size(total.Bytes)}";
}
