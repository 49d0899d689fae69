using System.Collections.Immutable;

namespace Holdfast.Functions.Api.Routing;

internal static class Paging
{
    public static readonly ImmutableArray<QueryParameter> Parameters =
    [
        new("limit", "Items of a page, 1 to 1000; default 100", "integer"),
        new("continuation", "Where the page begins: what the page before ended with"),
    ];

    /// <summary>A page of what is all there. What came or went since the page before moves nothing else.</summary>
    /// <param name="items">In descending ordinal order of <paramref name="position"/>.</param>
    public static Page<T> CutDescending<T>(IEnumerable<T> items, Func<T, string> position, ApiRequest request)
    {
        var (limit, before) = (request.Limit, request.Continuation);
        var rest = before is null ? items : items.Where(item => string.CompareOrdinal(position(item), before) < 0);
        return Cut([.. rest.Take(limit + 1)], position, limit);
    }

    /// <param name="items">One more than the limit, if there are as many.</param>
    public static Page<T> Cut<T>(List<T> items, Func<T, string> position, int limit) =>
        items.Count > limit ? new(items[..limit], Continuations.Write(position(items[limit - 1]))) : new(items, null);
}
