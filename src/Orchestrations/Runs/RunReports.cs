using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Holdfast.Archive.Format;
using Holdfast.Control;

namespace Holdfast.Orchestrations.Runs;

/// <param name="Clusters">Also the parts of fleets and recoveries, each by itself.</param>
public sealed record RunQuery(
    RunKind? Kind = null,
    RunState? State = null,
    ClusterName? Cluster = null,
    string? Policy = null,
    bool Clusters = false
);

/// <param name="Next">Where the next page begins; null: this was the last.</param>
/// <param name="Unusable">Reports that belong among these and can't be used.</param>
public sealed record RunPage(IReadOnlyList<RunReport> Runs, RunId? Next, IReadOnlyList<UnusableDocument> Unusable);

/// <summary>The reports of runs that have ended. Thread-safe.</summary>
/// <param name="time">The listing begins at its day.</param>
public sealed class RunReports(IDocumentStore control, TimeProvider time)
{
    private const string Root = ControlPaths.Runs;
    private const string Ending = ".json";
    private const string DayFormat = "yyyyMMdd";
    private const int ReadsAtOnce = 8;

    /// <summary>Reports that are read for one page, however few of them match.</summary>
    private const int MostRead = 2000;

    /// <summary>Takes reports instead of the store.</summary>
    internal Action<RunReport>? Alone { get; init; }

    /// <summary>Where a run's report is.</summary>
    public static string PathOf(RunId run) => $"{Root}{run}{Ending}";

    /// <summary>Where a run keeps what it needs until it ends.</summary>
    public static string FolderOf(RunId run) => $"{Root}{run}/";

    /// <returns>Null: the run doesn't exist, or hasn't ended.</returns>
    /// <exception cref="ControlException">Malformed or NewerVersion: it has ended, and its report can't be used.</exception>
    public async Task<RunReport?> ReadAsync(RunId run, CancellationToken cancellation)
    {
        var kept = await control.ReadAsync(
            PathOf(run),
            HoldfastJson.Default.RunReport,
            cancellation,
            report => report.Run == run ? null : "it is of another run"
        );
        return kept?.Document;
    }

    /// <summary>Whether a run has ended, and its report; null beside true: it can't be used.</summary>
    internal async Task<(bool HasEnded, RunReport? Report)> EndOfAsync(RunId run, CancellationToken cancellation)
    {
        try
        {
            var report = await ReadAsync(run, cancellation);
            return (report is not null, report);
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return (true, null);
        }
    }

    internal async Task WriteAsync(RunReport report, CancellationToken cancellation)
    {
        if (Alone is not null)
            Alone(report);
        else
        {
            // before the report: a run whose report is there isn't ended a second time
            foreach (var notice in RunNotices.Of(report))
                await notice.NoteAsync(control, cancellation);
            await control.PutAsync(
                PathOf(report.Run),
                JsonSerializer.SerializeToUtf8Bytes(report, HoldfastJson.Default.RunReport),
                cancellation
            );
        }
        RunTelemetry.Record(report);
    }

    /// <summary>
    /// A page of reports, newest first. It may be short, or empty, though there are more: a caller that needs as many as the limit reads
    /// the next page.
    /// </summary>
    /// <param name="before">Only older ones: <see cref="RunPage.Next"/> of the page before. Null: from the newest.</param>
    public async Task<RunPage> ListAsync(RunQuery query, RunId? before, int limit, CancellationToken cancellation)
    {
        var page = new List<RunReport>();
        var unusable = new List<UnusableDocument>();
        var read = 0;
        await foreach (
            var some in NewestFirstAsync(before, cancellation).Where(run => IsOfInterest(run, query)).Chunk(Math.Min(limit, ReadsAtOnce))
        )
        {
            foreach (var (run, report, problem) in await Task.WhenAll(some.Select(run => TryReadAsync(run, cancellation))))
            {
                if (problem is not null)
                    unusable.Add(problem);
                else if (report is not null && Matches(report, query))
                    page.Add(report);
                if (++read >= MostRead || page.Count == limit)
                    return new(page, run, unusable);
            }
        }
        return new(page, null, unusable);
    }

    private async Task<(RunId Run, RunReport? Report, UnusableDocument? Problem)> TryReadAsync(RunId run, CancellationToken cancellation)
    {
        try
        {
            return (run, await ReadAsync(run, cancellation), null);
        }
        catch (ControlException unusable) when (unusable.IsOfDocument)
        {
            return (run, null, new(unusable.Path, unusable.Message));
        }
    }

    private static bool IsOfInterest(RunId run, RunQuery query) => query.Clusters || run.Whole is null || query.Cluster is not null;

    private static bool Matches(RunReport report, RunQuery query) =>
        (query.Kind is null || query.Kind == report.Kind)
        && (query.State is null || query.State == report.State)
        && (query.Cluster is null || query.Cluster == report.Cluster)
        && (query.Policy is null || query.Policy == report.Policy);

    /// <summary>Day by day, since a store lists in ascending order only.</summary>
    private async IAsyncEnumerable<RunId> NewestFirstAsync(RunId? before, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (await EarliestAsync(cancellation) is not { } earliest)
            yield break;
        for (var day = DayOf(before?.Time ?? time.GetUtcNow().AddDays(1)); day >= earliest; day = day.AddDays(-1))
        {
            var runs = new List<RunId>();
            await foreach (
                var path in control.ListAsync($"{Root}{day.ToString(DayFormat, CultureInfo.InvariantCulture)}T", null, cancellation)
            )
            {
                if (Run(path) is { } run && (before is null || string.CompareOrdinal(run.ToString(), before.Value.ToString()) < 0))
                    runs.Add(run);
            }
            for (var i = runs.Count - 1; i >= 0; i--)
                yield return runs[i];
        }
    }

    private async Task<DateOnly?> EarliestAsync(CancellationToken cancellation)
    {
        await foreach (var path in control.ListAsync(Root, null, cancellation))
        {
            if (Run(path) is { } run)
                return DayOf(run.Time);
        }
        return null;
    }

    private static DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    private static RunId? Run(string path) =>
        path.EndsWith(Ending, StringComparison.Ordinal) && RunId.TryParse(path[Root.Length..^Ending.Length], out var run) ? run : null;
}
