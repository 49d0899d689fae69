using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Functions.Api.Points;

/// <summary>What the vault holds.</summary>
internal static class PointRoutes
{
    public static readonly ApiRoute List = new(
        "GET",
        "/points",
        "points.list",
        "List the recovery points, newest first",
        Roles.AnyReader,
        ListAsync
    )
    {
        Query =
        [
            new("cluster", "Only this cluster's"),
            .. PointQuery.Parameters,
            new("namespace", "Only those with objects of this namespace"),
            .. Paging.Parameters,
        ],
        Gives = [new(200, "A page of recovery points", ApiJson.Plain.PointPage)],
        Problems = [400],
    };

    public static readonly ApiRoute Read = new(
        "GET",
        "/points/{cluster}/{point}",
        "points.read",
        "Show what a recovery point holds, and what is missing and why",
        Roles.AnyReader,
        ReadAsync
    )
    {
        Gives = [new(200, "Its content by type and namespace", ApiJson.Plain.PointContentDocument)],
        Problems = [404],
        HasETag = true,
    };

    /// <summary>Opens the point that the path names.</summary>
    public static Task<RecoveryPointReader> OpenAsync(ApiRequest request) =>
        CatalogueOf(request).OpenAsync(request.Cluster(), request.Point(), request.Cancellation);

    private static VaultCatalogue CatalogueOf(ApiRequest request) =>
        new(request.App.Environment.Vault, request.App.Environment.Trust, request.App.Environment.Control);

    /// <summary>The point that the path names, which is there whatever its signature: what looks wrong may be evidence.</summary>
    public static async Task<PointId> RequireAsync(ApiRequest request)
    {
        var (cluster, point) = (request.Cluster(), request.Point());
        return await request.App.Environment.Vault.ReadAsync(VaultPaths.Seal(cluster, point), null, request.Cancellation) is null
            ? throw new ProblemException(Problem.NotFound($"the vault has no recovery point {point} of cluster '{cluster}'"))
            : point;
    }

    private static async Task<Answer> ListAsync(ApiRequest request)
    {
        var (cluster, search) = (QueriedCluster(request), PointQuery.Search(request));
        var points = await CatalogueOf(request)
            .ListAsync(cluster, search with { Namespace = request.Query("namespace") }, request.Cancellation);
        var summaries = points.Points.Select(PointDocument.Of);
        var page = Paging.CutDescending(summaries.OrderByDescending(Position, StringComparer.Ordinal), Position, request);
        return Answer.Ok(
            new(page.Items, page.Continuation) { Faults = points.Faults.IsEmpty ? null : points.Faults },
            ApiJson.Plain.PointPage
        );
    }

    private static ClusterName? QueriedCluster(ApiRequest request) =>
        request.Query("cluster") is not { } text ? null
        : ClusterName.TryParse(text, out var name) ? name
        : throw ApiRequest.Malformed("cluster", "it isn't a valid cluster name");

    private static string Position(PointDocument point) => $"{point.Point}/{point.Cluster}";

    private static async Task<Answer> ReadAsync(ApiRequest request)
    {
        var point = await OpenAsync(request);
        return Answer.Ok(await PointContentDocument.OfAsync(point, request.Cancellation), ApiJson.Plain.PointContentDocument) with
        {
            ETag = ETags.Of(point.Seal.Inventory),
        };
    }
}
