using System.Globalization;
using Holdfast.Documents;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Space;

namespace Holdfast.Cli.Output;

/// <summary>What points take, as a person reads it.</summary>
internal static class StatsText
{
    private const int Largest = 10;
    private const int LastDays = 14;

    public static void Print(Screen screen, StatsDocument stats)
    {
        screen.Line(screen.Ink.Bold(stats.Cluster));
        screen.Line($"  {Readable.Count(stats.Points, "point")}, {Readable.Size(stats.PointBytes)} raw, each counted whole");
        screen.Line($"  content      {Size(stats.Content)}: each once{Ratio(stats)}");
        screen.Line($"  shared       {Size(stats.Shared)}, by more than one point");
        screen.Line($"  packs        {Total(stats.Packs)}");
        if (stats.Freed is { } freed)
        {
            screen.Line($"  to be freed  {Total(freed.Now)} by 'holdfast prune' now");
            screen.Line($"               {Total(freed.AfterGrace)} in 7 days, {Readable.Count(freed.Expiring, "point")} expiring");
            if (freed.Waiting.Packs > 0)
                screen.Line($"               {Total(freed.Waiting)} when they are no longer immutable or younger than 7 days");
        }
        Print(screen, "TYPE", stats.Types);
        Print(screen, "NAMESPACE", stats.Namespaces);
        PrintGrowth(screen, stats.Growth);
    }

    private static void Print(Screen screen, string what, IEnumerable<SpaceShare> shares)
    {
        var all = shares.ToList();
        if (all.Count == 0)
            return;
        screen.Line();
        var table = new Table(what, ">RAW", ">STORED");
        foreach (var share in all.Take(Largest))
            table.Add(
                share.Name.Length == 0 ? "(cluster)" : share.Name,
                Readable.Size(share.Content.Raw),
                Readable.Size(share.Content.Stored)
            );
        table.Print(screen);
        if (all.Count > Largest)
            screen.Line(screen.Ink.Dim($"and {Readable.Count(all.Count - Largest)} smaller ones"));
    }

    private static void PrintGrowth(Screen screen, IEnumerable<DayOfGrowth> growth)
    {
        screen.Line();
        var table = new Table("DAY", ">POINTS", ">ADDED RAW", ">STORED");
        foreach (var day in growth.TakeLast(LastDays))
            table.Add(
                day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                Readable.Count(day.Points),
                Readable.Size(day.Added.Raw),
                Readable.Size(day.Added.Stored)
            );
        table.Print(screen);
    }

    private static string Ratio(StatsDocument stats) =>
        stats.Content.Stored == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $", {(double)stats.PointBytes / stats.Content.Stored:0.0} times less than raw");

    private static string Size(Content content) => $"{Readable.Size(content.Raw)} raw, {Readable.Size(content.Stored)} stored";

    private static string Total(PackTotal total) => $"{Readable.Count(total.Packs, "pack")}, {Readable.Size(total.Bytes)}";
}
