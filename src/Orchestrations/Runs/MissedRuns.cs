namespace Holdfast.Orchestrations.Runs;

/// <summary>The note of a run that replaces earlier ones.</summary>
internal static class MissedRuns
{
    private const string Ending = "that didn't take place";

    public static string Note(DateTimeOffset due, int missed) =>
        $"due since {due:u}; replaces {missed} earlier {(missed == 1 ? "run" : "runs")} {Ending}";

    public static bool IsNoted(string note) => note.EndsWith(Ending, StringComparison.Ordinal);
}
