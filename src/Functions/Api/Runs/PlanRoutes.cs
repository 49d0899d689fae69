using System.Globalization;
using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.NewClusters;
using Holdfast.Orchestrations.Restoring;
using Holdfast.Restore;
using Holdfast.Restore.Estimates;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Plans that were made, to look at before they are applied. They hold no secret data: digests stand for it.</summary>
internal static class PlanRoutes
{
    public static readonly ApiRoute Read = new(
        "GET",
        "/plans/{run}",
        "plans.read",
        "Read the plan of a run, step by step",
        Roles.AnyReader,
        ReadAsync
    )
    {
        Query =
        [
            new("changes", "`true`: only steps that change something, and those of objects that don't come back as they were", "boolean"),
            .. Paging.Parameters,
        ],
        Gives = [new(200, "A page of its steps, in the order of applying", ApiJson.Plain.PlanPage)],
        Problems = [400, 404, 422],
    };

    public static readonly ApiRoute NewCluster = new(
        "GET",
        "/runs/{run}/new-cluster",
        "runs.newCluster",
        "Read which cluster a restore is going to make for itself, or has made, while it runs",
        Roles.AnyReader,
        ReadNewClusterAsync
    )
    {
        Gives = [new(200, "The plan of the cluster", ApiJson.Plain.NewClusterDocument)],
        Problems = [404],
    };

    private static async Task<Answer> ReadNewClusterAsync(ApiRequest request)
    {
        var run = RunRoutes.RunOf(request);
        var kept =
            await KeptNewCluster.ReadAsync(request.App.Environment, run, request.Cancellation)
            ?? throw new ProblemException(
                Problem.NotFound($"run '{run}' has planned no cluster, not yet, or has ended: then its report says what became of it")
            );
        return Answer.Ok(NewClusterDocument.Of(kept.Plan) with { Digest = kept.Digest }, ApiJson.Plain.NewClusterDocument);
    }

    private static async Task<Answer> ReadAsync(ApiRequest request)
    {
        var run = RunRoutes.RunOf(request);
        var (changes, limit) = (request.QueryFlag("changes"), request.Limit);
        var after =
            request.Continuation is not { } text ? -1
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw ApiRequest.Malformed("continuation", "it isn't a continuation token of this list");
        var plan =
            await RestorePlans.ReadAsync(request.App.Environment, run, request.Cancellation)
            ?? throw new ProblemException(Problem.NotFound($"run '{run}' has made no plan, or not yet"));
        var steps = plan
            .Steps.Where(step => step.Number > after && (!changes || Matters(step)))
            .OrderBy(step => step.Number)
            .Take(limit + 1)
            .ToList();
        var page = Paging.Cut(steps, step => step.Number.ToString(CultureInfo.InvariantCulture), limit);
        return Answer.Ok(
            new(
                RestorePlans.SummaryOf(plan),
                plan.TargetServer,
                plan.TargetUid.ToString(),
                plan.PlannedAt,
                PlanEstimates.Of(plan),
                [.. page.Items.Select(StepDocument.Of)],
                page.Continuation
            ),
            ApiJson.Plain.PlanPage
        );
    }

    private static bool Matters(RestoreStep step) => step.Incomplete || step.Action is not (StepAction.Unchanged or StepAction.Skip);
}
