using System.Collections.Immutable;
using Holdfast.Archive.Format;
using Holdfast.Clusters.Access;
using Holdfast.Clusters.Discovering;
using Holdfast.Control.Documents;
using Holdfast.Control.Policies;
using Holdfast.Control.Registration;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Volumes.Rights;

namespace Holdfast.Functions.Api.Control;

/// <summary>Whether the credentials of a registered cluster are enough for what policies ask for. Only asks; changes nothing.</summary>
internal static class ClusterCheckRoute
{
    public static readonly ApiRoute Check = new(
        "GET",
        "/clusters/{cluster}/check",
        "clusters.check",
        "Reach a registered cluster, and list the permissions that its credentials don't have",
        Roles.AnyOperator,
        CheckAsync
    )
    {
        Gives = [new(200, "It was reached", ApiJson.Plain.ClusterCheckDocument)],
        Problems = [404, 502],
    };

    private static async Task<Answer> CheckAsync(ApiRequest request)
    {
        var documents = new ControlDocuments(request.App.Environment.Control);
        var name = request.Cluster();
        if (await documents.ReadClusterAsync(name, request.Cancellation) is not { } kept)
            throw new ProblemException(Problem.NotFound($"there is no registered cluster '{name}'"));
        var connection = await request.App.Environment.OpenCluster(name, request.Cancellation);
        var surface = await Discovery.ReadAsync(connection, request.Cancellation);
        var check = await ClusterCheck.RunAsync(connection, surface, request.Cancellation);
        var policies = kept.Document is { } registered ? await CoveringAsync(documents, registered, request.Cancellation) : [];
        var volumes = await VolumeRights.MissingAsync(
            connection,
            surface,
            policies.Exists(p => p.Hooks is { IsEmpty: false }),
            policies.Select(p => p.Files?.Namespace).OfType<string>(),
            request.Cancellation
        );
        return Answer.Ok(Document(name, check, volumes), ApiJson.Plain.ClusterCheckDocument);
    }

    private static async Task<List<ProtectionPolicy>> CoveringAsync(
        ControlDocuments documents,
        ClusterRegistration cluster,
        CancellationToken cancellation
    ) =>
        [
            .. (await documents.AllPoliciesAsync(cancellation))
                .Select(kept => kept.Document)
                .OfType<ProtectionPolicy>()
                .Where(policy => policy.Clusters.Matcher()(cluster)),
        ];

    private static ClusterCheckDocument Document(ClusterName name, ClusterCheck check, ImmutableArray<MissingRight> volumes) =>
        new(
            name.ToString(),
            check.Identity?.Uid,
            check.Identity?.ServerVersion,
            Math.Round(check.Latency.TotalMilliseconds, 1),
            check.Types,
            Rights(check.MissingForCapture),
            Rights(volumes),
            Rights(check.MissingForRestore)
        );

    private static RightDocument[] Rights(ImmutableArray<MissingRight> missing) =>
        [.. missing.Select(m => new RightDocument(m.Verb, m.GroupResource))];
}
