using Holdfast.Archive.Points;
using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;
using Holdfast.Manifests.Selecting;
using Holdfast.Restore.History;
using Holdfast.Vault.Catalogue;

namespace Holdfast.Functions.Api.Points;

/// <summary>In which points objects are, and how they changed.</summary>
internal static class HistoryRoutes
{
    public static readonly ApiRoute Read = new(
        "GET",
        "/history/{cluster}",
        "points.history",
        "Show in which recovery points an object is, and what changed from one to the next, by the rules of a restore",
        Roles.AnyReader,
        ReadAsync
    )
    {
        Query =
        [
            new("kind", "The object as KIND/NAME: `deployment/web`, `widgets.example.org/blue`"),
            new("namespace", "Its namespace, or a pattern with `*` and `?`; default: objects of that name in any"),
            .. PointQuery.Parameters,
            new("limit", "Points that are read for a page, 1 to 1000; default 100", "integer"),
            new("continuation", "Where the page begins: what the page before ended with"),
        ],
        Gives = [new(200, "A page of versions. Secret data is shown as digests", ApiJson.Plain.ObjectHistoryPage)],
        Problems = [400, 404],
    };

    /// <summary>A page reads so many points and ends, so that its time is bounded; the next one begins with the last of them.</summary>
    private static async Task<Answer> ReadAsync(ApiRequest request)
    {
        var (environment, cluster, limit) = (request.App.Environment, request.Cluster(), request.Limit);
        if (!(await SealedPoints.ClustersAsync(environment.Vault, request.Cancellation)).Contains(cluster))
            throw new ProblemException(Problem.NotFound($"the vault holds nothing of cluster '{cluster}'"));
        var (query, search, after) = (Query(request), PointQuery.Search(request), request.Continuation);
        var listed = await new VaultCatalogue(environment.Vault, environment.Trust, environment.Control).ListAsync(
            cluster,
            search,
            request.Cancellation
        );
        var trusted = listed.Points.Where(p => p.Untrusted is null).Select(p => p.Point).ToList();
        var begin = after is null ? 0 : trusted.FindIndex(p => p.Id.ToString() == after) + 1;
        if (after is not null && begin == 0)
            throw ApiRequest.Malformed("continuation", "it isn't a continuation token of this list");
        var page = trusted.Skip(begin).Take(limit).ToList();
        var found = await new ObjectHistory(environment.Vault, cluster).ReadAsync(
            page,
            begin == 0 ? null : trusted[begin - 1],
            query,
            request.Cancellation
        );
        if (!found.KindIsKnown && page.Count > 0)
            throw ApiRequest.Malformed("kind", $"no point that was read knows a kind '{query.Kind}'; a point's content lists its types");
        var more = begin + page.Count < trusted.Count ? Continuations.Write(page[^1].Id.ToString()) : null;
        return Answer.Ok(
            new([.. found.Versions.Select(ObjectVersionDocument.Of)], [.. listed.Faults, .. found.Notes], more),
            ApiJson.Plain.ObjectHistoryPage
        );
    }

    private static ObjectQuery Query(ApiRequest request)
    {
        return ObjectReference.OfObject(request.Query("kind") ?? "") is { Name: { } name } named
            ? new(named.Kind, name, request.Query("namespace"))
            : throw ApiRequest.Malformed("kind", "use KIND/NAME, such as deployment/web");
    }
}
