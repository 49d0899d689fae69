using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;

namespace Holdfast.Functions.OpenApi;

/// <summary>The description itself, for tools that make clients of it; it holds nothing that docs/openapi.json doesn't.</summary>
internal static class OpenApiRoute
{
    private static readonly Lazy<Task<byte[]>> Document = new(() => OpenApiDocument.OfAsync(Api.Routes.All));

    public static readonly ApiRoute Read = new(
        "GET",
        "/openapi.json",
        "openapi.read",
        "This description",
        Roles.None,
        async _ => new(200, await Document.Value, Answer.Json)
    )
    {
        Gives = [new(200, "An OpenAPI 3.1 document") { ContentType = Answer.Json }],
    };
}
