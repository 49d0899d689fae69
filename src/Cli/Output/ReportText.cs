using Holdfast.Restore;

namespace Holdfast.Cli.Output;

/// <summary>A restore's report as a person reads it.</summary>
internal static class ReportText
{
    /// <summary>Every outcome, those that did not occur as 0, so that scripts need no default.</summary>
    public static Dictionary<string, int> AllCounts(RestoreReport report) =>
        Enum.GetValues<OutcomeKind>()
            .Where(kind => kind != OutcomeKind.Deferred)
            .Select(kind => kind.ToString())
            .ToDictionary(
                kind => kind.ToLowerInvariant(),
                kind => report.Counts.FirstOrDefault(c => c.Key.Equals(kind, StringComparison.OrdinalIgnoreCase)).Value
            );

    /// <summary><c>12 created, 1 replaced</c>.</summary>
    public static string Counts(RestoreReport report) =>
        string.Join(
            ", ",
            AllCounts(report).Where(c => c.Value > 0).Select(c => $"{Readable.Count(c.Value)} {c.Key}").DefaultIfEmpty("nothing to do")
        );

    /// <summary><c>2 from snapshots, 1 attached again</c>.</summary>
    /// <param name="volumes">As <see cref="RestoreReport.Volumes"/>.</param>
    public static string Volumes(IEnumerable<KeyValuePair<string, int>> volumes) =>
        string.Join(
            ", ",
            volumes.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{Readable.Count(v.Value)} {VolumeText.Words(v.Key)}")
        );

    /// <summary>
    /// Every object that isn't there as it was, with the reason: first what failed, then what came back in part or not at all.
    /// </summary>
    public static void PrintMissing(RestoreReport report, Ink ink, Action<string> line)
    {
        foreach (var failure in report.Failures)
            line($"  {ink.Red("failed:")} {Entry(failure)}");
        PrintIncomplete(report.Incomplete, ink, line);
    }

    public static void PrintIncomplete(IEnumerable<StepFailure> entries, Ink ink, Action<string> line)
    {
        foreach (var entry in entries)
            line($"  {ink.Yellow("incomplete:")} {Entry(entry)}");
    }

    private static string Entry(StepFailure entry) =>
        $"{entry.Resource}/{entry.Name}{(entry.Namespace is null ? "" : $" in {entry.Namespace}")}: {entry.Reason}";
}
