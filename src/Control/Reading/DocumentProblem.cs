namespace Holdfast.Control.Reading;

/// <summary>One mistake in a control document, for a person to fix. Quotes no value that may be a secret.</summary>
/// <param name="Path">Where, as a JSON path: <c>$.schedule.cron</c>.</param>
/// <param name="What">What stands there: <c>'61 * * * *' isn't a cron expression</c>.</param>
/// <param name="Why">Why that can't stand.</param>
/// <param name="Instead">What to write.</param>
public sealed record DocumentProblem(string Path, string What, string Why, string Instead)
{
    /// <summary>All of it in one line, the path first.</summary>
    public override string ToString() => $"{Path}: {What}: {Why}. {Instead}";
}
