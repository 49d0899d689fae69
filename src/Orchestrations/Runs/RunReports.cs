using System.Globalization;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Protection.Control;

namespace Holdfast.Orchestrations.Runs;

/// <param name="Clusters">Also the parts of fleets, each by itself.</param>
public sealed record RunQuery(RunKind? Kind = null, RunState? State = null, ClusterName? Cluster = null, string? Policy = null, bool Clusters = false);

/// <param name="Next">Where the next page begins; null: this was the last.</param>
public sealed record RunPage(IReadOnlyList<RunReport> Runs, RunId? Next);

/// <summary>The reports of runs that have ended. Thread-safe.</summary>
public sealed class RunReports(IDocumentStore control)
{
    private const string Root = "runs/";
    private const string Ending = ".json";
    private const int DayLength = 9;

    /// <summary>Where a run's report is.</summary>
    public static string PathOf(RunId run) => $"{Root}{run}{Ending}";

    /// <summary>Where a run keeps what it needs while it goes on.</summary>
    public static string FolderOf(RunId run) => $"{Root}{run}/";

    /// <returns>Null: there is no such run, or it hasn't ended.</returns>
    public async Task<RunReport?> ReadAsync(RunId run, CancellationToken cancellation) =>
        await control.ReadAsync(PathOf(run), cancellation) is { } document
            ? JsonSerializer.Deserialize(document.Content.Span, HoldfastJson.Default.RunReport)
            : null;

    internal Task WriteAsync(RunReport report, CancellationToken cancellation) =>
        control.PutAsync(PathOf(report.Run), JsonSerializer.SerializeToUtf8Bytes(report, HoldfastJson.Default.RunReport), cancellation);

    /// <summary>A page of reports, newest first.</summary>
    /// <param name="before">Only older ones: <see cref="RunPage.Next"/> of the page before. Null: from the newest.</param>
    public async Task<RunPage> ListAsync(RunQuery query, RunId? before, int limit, CancellationToken cancellation)
    {
        var page = new List<RunReport>();
        await foreach (var run in NewestFirstAsync(before, cancellation))
        {
            if (!query.Clusters && run.Fleet is not null && query.Cluster is null)
                continue;
            if (await ReadAsync(run, cancellation) is not { } report || !Matches(report, query))
                continue;
            page.Add(report);
            if (page.Count == limit)
                return new(page, run);
        }
        return new(page, null);
    }

    private static bool Matches(RunReport report, RunQuery query) =>
        (query.Kind is null || query.Kind == report.Kind)
        && (query.State is null || query.State == report.State)
        && (query.Cluster is null || query.Cluster == report.Cluster)
        && (query.Policy is null || query.Policy == report.Policy);

    /// <summary>Day by day, since a store lists in ascending order only.</summary>
    private async IAsyncEnumerable<RunId> NewestFirstAsync(RunId? before, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var days = await DaysAsync(before, cancellation);
        for (var i = days.Count - 1; i >= 0; i--)
        {
            var runs = new List<RunId>();
            await foreach (var path in control.ListAsync(Root + days[i], null, cancellation))
            {
                if (Run(path) is { } run && (before is null || string.CompareOrdinal(run.ToString(), before.Value.ToString()) < 0))
                    runs.Add(run);
            }
            for (var r = runs.Count - 1; r >= 0; r--)
                yield return runs[r];
        }
    }

    /// <summary>Days that have runs, found by skipping from one to the next.</summary>
    private async Task<List<string>> DaysAsync(RunId? before, CancellationToken cancellation)
    {
        var days = new List<string>();
        var last = before?.ToString()[..DayLength];
        for (string? after = null; await FirstAsync(after, cancellation) is { } day && (last is null || string.CompareOrdinal(day, last) <= 0);)
        {
            days.Add(day);
            // 'U' follows the 'T' that stands behind every date
            after = $"{Root}{day[..^1]}U";
        }
        return days;
    }

    private async Task<string?> FirstAsync(string? after, CancellationToken cancellation)
    {
        await foreach (var path in control.ListAsync(Root, after, cancellation))
        {
            if (path.Length > Root.Length + DayLength && DateOnly.TryParseExact(path.AsSpan(Root.Length, DayLength - 1), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                return path.Substring(Root.Length, DayLength);
        }
        return null;
    }

    private static RunId? Run(string path) =>
        path.EndsWith(Ending, StringComparison.Ordinal) && RunId.TryParse(path[Root.Length..^Ending.Length], out var run) ? run : null;
}
