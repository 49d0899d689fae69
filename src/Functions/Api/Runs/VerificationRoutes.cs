using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Orchestrations.Runs;

namespace Holdfast.Functions.Api.Runs;

/// <summary>Verification on request; its report is the run's.</summary>
internal static class VerificationRoutes
{
    public static readonly ApiRoute Start = RunStarts.Route(
        "/verify",
        "verification.start",
        "Verify what the vault holds now: all of it, or one cluster's points",
        ApiJson.Plain.NewVerification,
        "The run was started",
        StartAsync
    );

    private static async Task<Answer> StartAsync(ApiRequest request)
    {
        var body = await request.BodyAsync();
        var asked = ApiRequest.Parse(body, ApiJson.Plain.NewVerification);
        return await Idempotency.StartAsync(
            request,
            body,
            async run =>
            {
                await RequireAsync(request, asked);
                var order = new VerificationOrder
                {
                    Run = run,
                    RequestedBy = request.Caller.Id,
                    Cluster = asked.Cluster,
                    Sample = asked.Sample ?? request.App.Settings.VerifySample,
                };
                await RunStarts.StartAsync(request, stored => stored with { Verification = order });
            }
        );
    }

    private static async Task RequireAsync(ApiRequest request, NewVerification asked)
    {
        var errors = new List<ProblemError>();
        if (asked.Sample is < 0 or > 100)
            errors.Add(new("/sample", "use a number from 0 (no pack is read) to 100 (all are)"));
        if (asked.Cluster is { } cluster && !await IsKnownAsync(request, cluster))
            errors.Add(new("/cluster", $"the vault holds nothing of cluster '{cluster}'"));
        if (errors.Count > 0)
            throw new ProblemException(Problem.Invalid("the verification request is invalid", [.. errors]));
    }

    private static async Task<bool> IsKnownAsync(ApiRequest request, ClusterName cluster) =>
        (await SealedPoints.ClustersAsync(request.App.Environment.Vault, request.Cancellation)).Contains(cluster);
}
