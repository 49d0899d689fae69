using Holdfast.Archive.Points;
using Holdfast.Control.Documents;
using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Retaining;
using Holdfast.Vault.Pruning;
using Holdfast.Vault.Retention;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Which points stay and which go: to look at, and to be done now instead of at the next daily time.</summary>
internal static class RetentionRoutes
{
    public static readonly ApiRoute Plan = new(
        "GET",
        "/retention/{cluster}",
        "retention.plan",
        "Which of a cluster's points stay and why, which expire, and what would be purged now",
        Roles.AnyReader,
        PlanAsync
    )
    {
        Gives = [new(200, "What would be done now", ApiJson.Plain.PruneDocument)],
        Problems = [404],
    };

    public static readonly ApiRoute Start = new(
        "POST",
        "/retention",
        "retention.start",
        "Expire and purge points of all clusters now, as is done daily",
        Roles.AnyOperator,
        StartAsync
    )
    {
        Gives = [new(202, "The run was started", ApiJson.Plain.StartedRun) { HasLocation = true }],
        IsIdempotent = true,
        WritesVault = true,
    };

    private static Task<Answer> StartAsync(ApiRequest request) =>
        Idempotency.StartAsync(
            request,
            ReadOnlyMemory<byte>.Empty,
            run =>
                RunStarts.StartAsync(
                    request,
                    stored =>
                        stored with
                        {
                            Retention = new() { Run = run, RequestedBy = request.Caller.Id },
                        }
                )
        );

    private static async Task<Answer> PlanAsync(ApiRequest request)
    {
        var (environment, cluster) = (request.App.Environment, request.Cluster());
        if (!(await SealedPoints.ClustersAsync(environment.Vault, request.Cancellation)).Contains(cluster))
            throw new ProblemException(Problem.NotFound($"the vault holds nothing of cluster '{cluster}'"));
        var terms = await PolicyTerms.ReadAsync(new ControlDocuments(environment.Control), request.Cancellation);
        var means = new PruneMeans(environment.Trust, environment.Signer, environment.Time)
        {
            Volumes = new VolumeDataRemoval(environment),
        };
        var plan = await new VaultPruning(environment.Vault, cluster, means).PlanAsync(_ => terms, request.Cancellation);
        return Answer.Ok(PruneDocument.Of(plan), ApiJson.Plain.PruneDocument);
    }
}
