using System.Collections.Immutable;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;

namespace Holdfast.Functions.OpenApi;

/// <summary>The description itself, for tools that make clients of it; it holds nothing that docs/openapi.json doesn't.</summary>
internal static class OpenApiRoute
{
    /// <param name="routes">All there are, this one included: looked at when it is first asked for.</param>
    public static ApiRoute For(Func<ImmutableArray<ApiRoute>> routes)
    {
        var document = new Lazy<Task<byte[]>>(() => OpenApiDocument.OfAsync(routes()));
        return new(
            "GET",
            "/openapi.json",
            "openapi.read",
            "This description",
            Roles.None,
            async _ => new(200, await document.Value, Answer.Json)
        )
        {
            Gives = [new(200, "An OpenAPI 3.1 document") { ContentType = Answer.Json }],
        };
    }
}
