using System.Collections.Immutable;
using System.Text;
using Holdfast.Functions.Api.Routing;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Holdfast.Functions.OpenApi;

/// <summary>
/// The API's description (OpenAPI 3.1), written by Microsoft.AspNetCore.OpenApi from the declarations of its routes: docs/openapi.json, and
/// what <c>/api/openapi.json</c> answers. It has an application of its own, which never starts: the description needs neither settings nor
/// a host, and is the same under every one.
/// </summary>
internal static class OpenApiDocument
{
    private const string Name = "holdfast";

    /// <returns>UTF-8, with a line break at the end; the same bytes for the same routes.</returns>
    public static async Task<byte[]> OfAsync(ImmutableArray<ApiRoute> routes)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        // An application can't be built without a server.
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRouting();
        builder.Services.ConfigureHttpJsonOptions(json => Schemas.ReadAsTheApiDoes(json.SerializerOptions));
        builder.Services.AddOpenApi(Name, Configure);
        await using var app = builder.Build();
        app.UseRouting();
        foreach (var route in routes)
            Operations.Declare(app, route);
        // The call that shows the routes to those who describe them.
        app.UseEndpoints(_ => { });
        var document = await app.Services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync();
        return Encoding.UTF8.GetBytes(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1) + "\n");
    }

    private static void Configure(OpenApiOptions options)
    {
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
        options.AddDocumentTransformer((document, _, _) => Done(() => Complete(document)));
        options.AddOperationTransformer((operation, context, _) => Done(() => Operations.Complete(operation, Operations.RouteOf(context))));
        options.AddSchemaTransformer((schema, context, _) => Done(() => Schemas.Complete(schema, context.JsonTypeInfo)));
    }

    private static void Complete(Microsoft.OpenApi.OpenApiDocument document)
    {
        document.Info = new()
        {
            Title = "Holdfast",
            Version = "1",
            Description =
                "Recovery points of Kubernetes clusters: captures, plans, restores. "
                + "docs/api.md explains roles, ETags, idempotency keys and paging.",
            License = new() { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        // Relative to where it was read.
        document.Servers = null;
        document.AddComponent("bearer", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" });
        document.Security = [new() { [new("bearer", document)] = [] }];
    }

    private static Task Done(Action change)
    {
        change();
        return Task.CompletedTask;
    }
}
