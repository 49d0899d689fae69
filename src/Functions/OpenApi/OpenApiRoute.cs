using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;

namespace Holdfast.Functions.OpenApi;

/// <summary>The description itself, for tools that make clients of it; it holds nothing that docs/openapi.json doesn't.</summary>
internal static class OpenApiRoute
{
    private static readonly Lazy<byte[]> Document = new(() => OpenApiDocument.Of(Api.Routes.All));

    public static readonly ApiRoute Read = new("GET", "/openapi.json", "openapi.read", "This description", Roles.None, _ => Task.FromResult(new Answer(200, Document.Value, Answer.Json)))
    {
        Gives = [new(200, "An OpenAPI 3.1 document") { ContentType = Answer.Json }],
    };
}
