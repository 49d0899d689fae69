using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Documents;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Documents;
using Holdfast.Functions.Api.Routing;
using Holdfast.Restore;
using Holdfast.Restore.Comparing;

namespace Holdfast.Functions.Api.Points;

/// <summary>What changed between two points.</summary>
internal static class DiffRoutes
{
    public static readonly ApiRoute Diff = new(
        "GET",
        "/points/{cluster}/{point}/diff",
        "points.diff",
        "Show what changed from this recovery point to another one, by the rules of a restore",
        Roles.AnyReader,
        DiffAsync
    )
    {
        Query =
        [
            new("with", "The other, later point's id"),
            new("withCluster", "The cluster that the other point is of; default: the same"),
            new("namespace", "Only these namespaces; patterns with `*` and `?`"),
            new("kind", "Only these kinds, or kind/name"),
            new("name", "Only these names, or kind/name"),
            new("selector", "Only objects with these labels, like kubectl's -l; given several times, one of them is enough"),
            new("app", "Only this object, as kind/name, and all that belongs to it"),
            .. Paging.Parameters,
        ],
        Gives =
        [
            new(200, "A page of changes. Secret data is shown as digests, which differ from page to page", ApiJson.Plain.PointComparison),
        ],
        Problems = [400, 404, 422],
    };

    /// <summary>
    /// A page after the first compares again and passes over what was shown: nothing has to be kept between requests, and points don't
    /// change.
    /// </summary>
    private static async Task<Answer> DiffAsync(ApiRequest request)
    {
        if (request.Query("with") is not { } with || !PointId.TryParse(with, out var later))
            throw ApiRequest.Malformed("with", "give the id of the point to compare with");
        var cluster =
            request.Query("withCluster") is not { } other ? request.Cluster()
            : ClusterName.TryParse(other, out var name) ? name
            : throw ApiRequest.Malformed("withCluster", "no cluster can have that name");
        var limit = request.Limit;
        var shown = request.Continuation;
        var before = await PointRoutes.OpenAsync(request);
        var after = await RecoveryPointReader.OpenAsync(
            request.App.Environment.Vault,
            cluster,
            later,
            request.App.Environment.Trust,
            request.Cancellation
        );
        var diff = PointDiff.Between(before, after, Selection(request));
        var items = new List<ChangeDocument>();
        var passing = shown is not null;
        string? continuation = null;
        await foreach (var change in diff.ChangesAsync(request.Cancellation))
        {
            if (passing)
                passing = Position(change) != shown;
            else if (items.Count == limit)
            {
                continuation = Continuations.Write(Position(items[^1]));
                break;
            }
            else
                items.Add(ChangeDocument.Of(change));
        }
        if (passing)
            throw ApiRequest.Malformed("continuation", "it isn't a continuation token of this list");
        return Answer.Ok(new(before.Seal.Point, after.Seal.Point, items, [.. diff.Notes], continuation), ApiJson.Plain.PointComparison);
    }

    private static RestoreSelection Selection(ApiRequest request) =>
        new()
        {
            Namespaces = [.. request.QueryList("namespace")],
            Kinds = [.. request.QueryList("kind")],
            Names = [.. request.QueryList("name")],
            AnyLabels = request.QueryAll("selector") is { Length: > 0 } selectors ? [.. selectors] : null,
            Apps = request.QueryList("app") is { Length: > 0 } apps ? [.. apps] : null,
        };

    private static string Position(ObjectChange change) => $"{change.Resource} {change.Namespace}/{change.Name}";

    private static string Position(ChangeDocument change) => $"{change.Resource} {change.Namespace}/{change.Name}";
}
