using Holdfast.Archive.Format;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;
using Microsoft.DurableTask.Client;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Runs, running and ended: what they do, and what they did.</summary>
internal static class RunRoutes
{
    public static readonly ApiRoute List = new(
        "GET",
        "/runs",
        "runs.list",
        "List runs: those that are running, then those that have ended, the newest first",
        Roles.AnyReader,
        ListAsync
    )
    {
        Query =
        [
            new("kind", "`Capture`, `Fleet`, `Plan`, `Restore`, `RecoveryPlan`, `Recovery`, `Retention`, `Verification` or `Replication`"),
            new(
                "state",
                "`Running`, `WaitingForApproval`, `Paused`, `Cancelling`, `Succeeded`, `Partial`, `Failed`, `Cancelled` or `Skipped`"
            ),
            new("cluster", "Only runs of this cluster, also as parts of a fleet's run"),
            new("policy", "Only runs of this policy"),
            .. Paging.Parameters,
        ],
        Gives = [new(200, "A page of runs", ApiJson.Plain.PageRunSummary)],
        Problems = [400],
    };

    public static readonly ApiRoute Read = new(
        "GET",
        "/runs/{run}",
        "runs.read",
        "Show how far a run is, or how it ended",
        Roles.AnyReader,
        ReadAsync
    )
    {
        Gives = [new(200, "The run", ApiJson.Plain.RunSummary)],
        Problems = [404],
    };

    public static readonly ApiRoute Report = new(
        "GET",
        "/runs/{run}/report",
        "runs.report",
        "What a run did, what it didn't and why",
        Roles.AnyReader,
        ReportAsync
    )
    {
        Gives = [new(200, "The report of a run that has ended", ApiJson.Plain.RunReport)],
        Problems = [404, 409],
    };

    public static RunId RunOf(ApiRequest request) =>
        RunId.TryParse(request.Value("run"), out var run)
            ? run
            : throw new ProblemException(Problem.NotFound($"'{request.Value("run")}' names no run"));

    public static RunReports Reports(ApiRequest request) => new(request.App.Environment.Control, request.App.Time);

    /// <summary>What the engine knows of a run.</summary>
    /// <exception cref="ProblemException">Nothing, and there is no report of it either.</exception>
    public static async Task<(OrchestrationMetadata? Instance, RunReport? Report)> FindAsync(ApiRequest request, RunId run)
    {
        var instance = await request.Engine.GetInstanceAsync(run.ToString(), getInputsAndOutputs: true, request.Cancellation);
        // A run that is resumed has the report of its previous attempt until it ends again.
        var report = instance is { IsCompleted: false } ? null : await Reports(request).ReadAsync(run, request.Cancellation);
        return instance is null && report is null
            ? throw new ProblemException(Problem.NotFound($"there is no run '{run}'"))
            : (instance, report);
    }

    private static async Task<Answer> ReadAsync(ApiRequest request)
    {
        var run = RunOf(request);
        var (instance, report) = await FindAsync(request, run);
        var summary = report is not null ? RunSummary.Of(report) : RunSummary.Of(instance!);
        return Answer.Ok(summary ?? throw new ProblemException(Problem.NotFound($"there is no run '{run}'")), ApiJson.Plain.RunSummary);
    }

    private static async Task<Answer> ReportAsync(ApiRequest request)
    {
        var run = RunOf(request);
        var (_, report) = await FindAsync(request, run);
        return Answer.Ok(
            report ?? throw new ProblemException(Problem.Conflict($"run {run} has no report yet: it is written when the run ends")),
            ApiJson.Plain.RunReport
        );
    }

    private static async Task<Answer> ListAsync(ApiRequest request)
    {
        var query = Query(request);
        var before = request.Continuation is { } text
            ? RunId.TryParse(text, out var run)
                ? run
                : throw ApiRequest.Malformed("continuation", "it isn't a continuation token of this list")
            : (RunId?)null;
        var items = before is null ? await RunningAsync(request, query) : [];
        var page = await Reports(request).ListAsync(query, before, request.Limit, request.Cancellation);
        var known = items.Select(item => item.Run).ToHashSet();
        items.AddRange(page.Runs.Where(report => !known.Contains(report.Run)).Select(RunSummary.Of));
        var answer = new Page<RunSummary>(items, page.Next is { } next ? Continuations.Write(next.ToString()) : null)
        {
            Unusable = page.Unusable.Count == 0 ? null : page.Unusable,
        };
        return Answer.Ok(answer, ApiJson.Plain.PageRunSummary);
    }

    /// <summary>All of them come before the first page: there are only as many as the app runs at once.</summary>
    private static async Task<List<RunSummary>> RunningAsync(ApiRequest request, RunQuery query)
    {
        var running = new List<RunSummary>();
        var statuses = new OrchestrationQuery
        {
            Statuses = [OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended],
            FetchInputsAndOutputs = true,
        };
        await foreach (var instance in request.Engine.GetAllInstancesAsync(statuses).WithCancellation(request.Cancellation))
        {
            if (RunSummary.Of(instance) is { } run && Matches(run, query))
                running.Add(run);
        }
        return [.. running.OrderByDescending(run => run.Run.ToString(), StringComparer.Ordinal)];
    }

    private static bool Matches(RunSummary run, RunQuery query) =>
        (run.Run.Whole is null || query.Cluster is not null)
        && (query.Kind is null || query.Kind == run.Kind)
        && (query.State is null || query.State == run.State)
        && (query.Cluster is null || query.Cluster == run.Cluster)
        && (query.Policy is null || query.Policy == run.Policy);

    private static RunQuery Query(ApiRequest request) =>
        new(
            request.Query("kind") is { } kind
                ? Enum.TryParse<RunKind>(kind, out var k) && Enum.IsDefined(k)
                    ? k
                    : throw ApiRequest.Malformed("kind", $"use {string.Join(", ", Enum.GetNames<RunKind>())}")
                : null,
            request.Query("state") is { } state
                ? Enum.TryParse<RunState>(state, out var s) && Enum.IsDefined(s)
                    ? s
                    : throw ApiRequest.Malformed("state", $"use {string.Join(", ", Enum.GetNames<RunState>())}")
                : null,
            request.Query("cluster") is { } cluster
                ? ClusterName.TryParse(cluster, out var c)
                    ? c
                    : throw ApiRequest.Malformed("cluster", "no cluster can have that name")
                : null,
            request.Query("policy")
        );
}
