using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;

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
        Query = [new("cluster", "Only this cluster's"), .. Paging.Parameters],
        Gives = [new(200, "A page of recovery points", ApiJson.Plain.PagePointDocument)],
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
        RecoveryPointReader.OpenAsync(
            request.App.Environment.Vault,
            request.Cluster(),
            request.Point(),
            request.App.Environment.Trust,
            request.Cancellation
        );

    /// <summary>A seal is small and there are as many as points: all are read, and a page is cut out.</summary>
    private static async Task<Answer> ListAsync(ApiRequest request)
    {
        var cluster = request.Query("cluster") is { } text
            ? ClusterName.TryParse(text, out var name)
                ? name
                : throw ApiRequest.Malformed("cluster", "it isn't a valid cluster name")
            : (ClusterName?)null;
        var points = await new PointCatalog(request.App.Environment.Vault, request.App.Environment.Trust).JudgeAsync(
            cluster,
            request.Cancellation
        );
        var summaries = points.Points.Select(PointDocument.Of);
        var page = Paging.CutDescending(summaries.OrderByDescending(Position, StringComparer.Ordinal), Position, request);
        return Answer.Ok(page, ApiJson.Plain.PagePointDocument);
    }

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
