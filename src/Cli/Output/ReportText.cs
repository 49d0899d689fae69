using Holdfast.Protection.Restore;

namespace Holdfast.Cli.Output;

/// <summary>A restore's report as a person reads it.</summary>
internal static class ReportText
{
    /// <summary>Every outcome, those that did not occur as 0, so that scripts need no default.</summary>
    public static Dictionary<string, int> AllCounts(RestoreReport report) => Enum.GetValues<OutcomeKind>()
        .Where(kind => kind != OutcomeKind.Deferred)
        .Select(kind => kind.ToString())
        .ToDictionary(kind => kind.ToLowerInvariant(), kind => report.Counts.FirstOrDefault(c => c.Key.Equals(kind, StringComparison.OrdinalIgnoreCase)).Value);

    /// <summary><c>12 created, 1 replaced</c>.</summary>
    public static string Counts(RestoreReport report) =>
        string.Join(", ", AllCounts(report).Where(c => c.Value > 0).Select(c => $"{Readable.Count(c.Value)} {c.Key}").DefaultIfEmpty("nothing to do"));

    public static string Failure(StepFailure failure, Ink ink) =>
        $"  {ink.Red("failed:")} {failure.Resource}/{failure.Name}{(failure.Namespace is null ? "" : $" in {failure.Namespace}")}: {failure.Reason}";
}
