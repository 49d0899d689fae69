using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Api.Runs;
using Holdfast.Functions.Problems;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using In = Microsoft.OpenApi.ParameterLocation;

namespace Holdfast.Functions.OpenApi;

/// <summary>A route's operation: what endpoint metadata can say of it, and then what only an operation can.</summary>
internal static partial class Operations
{
    private const string KeyMeaning = "Identifies this request: a retry with the same key gets the same answer and starts nothing";
    private const string MatchMeaning =
        "The ETag of what the edit was made from, or * for whatever it is now; needed where there is something";

    /// <summary>Declares the route for the description; what runs when it is called is the pipeline's.</summary>
    public static void Declare(IEndpointRouteBuilder endpoints, ApiRoute route)
    {
        // A RequestDelegate has no method to describe, and would be left out.
        Delegate described = static (HttpContext _) => Task.CompletedTask;
        var endpoint = endpoints.MapMethods(ApiPipeline.Prefix + route.Path, [route.Method], described).WithMetadata(route);
        endpoint.WithName(route.Operation).WithTags(route.Tag).WithSummary(route.Summary);
        endpoint.WithDescription(route.Needs == Roles.None ? "Open to everyone." : $"Needs one of the roles {route.Needs.Names()}.");
        if (route.Takes is { } body)
            endpoint.Accepts(body.Type, Answer.Json);
        foreach (var answer in route.Gives)
            endpoint.Produces(answer.Status, answer.Type?.Type, answer.Type is null ? null : Answer.Json);
        foreach (var status in ProblemsOf(route))
            endpoint.Produces<Problem>(status, Problem.ContentType);
    }

    public static ApiRoute RouteOf(OpenApiOperationTransformerContext context) =>
        context.Description.ActionDescriptor.EndpointMetadata.OfType<ApiRoute>().Single();

    public static void Complete(OpenApiOperation operation, ApiRoute route)
    {
        if (route.Needs == Roles.None)
            operation.Security = [];
        operation.Parameters = Parameters(route).ToList<IOpenApiParameter>() is { Count: > 0 } parameters ? parameters : null;
        var responses = operation.Responses!;
        foreach (var status in ProblemsOf(route))
            responses[Text(status)].Description = Meanings.Of(status);
        foreach (var answer in route.Gives)
            Complete((OpenApiResponse)responses[Text(answer.Status)], route, answer);
        if (route is { HasETag: true, Method: "GET" })
            responses["304"] = new OpenApiResponse { Description = "It is still what the ETag says" };
    }

    private static void Complete(OpenApiResponse response, ApiRoute route, GoodAnswer answer)
    {
        response.Description = answer.Meaning;
        var headers = new Dictionary<string, IOpenApiHeader>();
        if (answer.HasLocation)
            headers["Location"] = Header("Where the run's state is");
        if (route.HasETag && answer.Status < 300)
            headers["ETag"] = Header("For If-Match and If-None-Match");
        response.Headers = headers.Count > 0 ? headers : null;
        if (answer.ContentType is { } contentTypes)
        {
            response.Content = contentTypes
                .Split(", ")
                .ToDictionary(type => type, _ => new OpenApiMediaType { Schema = new OpenApiSchema() });
        }
    }

    private static IEnumerable<int> ProblemsOf(ApiRoute route)
    {
        int[] everywhere = route.Needs == Roles.None ? [500] : [401, 403, 500, 503];
        return route.Problems.Concat(everywhere).Distinct().Where(status => route.Gives.All(answer => answer.Status != status));
    }

    private static IEnumerable<OpenApiParameter> Parameters(ApiRoute route)
    {
        foreach (Match value in RouteValue().Matches(route.Path))
            yield return Parameter(In.Path, value.Groups["name"].Value, $"The {value.Groups["name"].Value}.");
        foreach (var query in route.Query)
            yield return Parameter(In.Query, query.Name, query.Meaning, Enum.Parse<JsonSchemaType>(query.Type, ignoreCase: true));
        if (route.IsIdempotent)
            yield return Parameter(In.Header, Idempotency.Header, KeyMeaning);
        if (route is { IsConditional: false, HasETag: true })
            yield return Parameter(In.Header, "If-None-Match", "An ETag: 304 when it is still that");
        if (route.IsConditional)
            yield return Parameter(In.Header, "If-Match", MatchMeaning);
        if (route is { IsConditional: true, Method: "PUT" })
            yield return Parameter(In.Header, "If-None-Match", "*: it must not exist yet");
    }

    private static OpenApiParameter Parameter(In place, string name, string meaning, JsonSchemaType type = JsonSchemaType.String) =>
        new()
        {
            Name = name,
            In = place,
            Required = place == In.Path,
            Description = meaning,
            Schema = SchemaOf(type),
        };

    private static OpenApiHeader Header(string meaning) => new() { Description = meaning, Schema = SchemaOf(JsonSchemaType.String) };

    private static OpenApiSchema SchemaOf(JsonSchemaType type) => new() { Type = type };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("{(?<name>[a-z]+)}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RouteValue();
}
