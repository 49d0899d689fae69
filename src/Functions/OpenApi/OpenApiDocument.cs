using System.Collections.Immutable;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Holdfast.Functions.Access;
using Holdfast.Functions.Api.Repeating;
using Holdfast.Functions.Api.Routing;
using Holdfast.Functions.Problems;

namespace Holdfast.Functions.OpenApi;

/// <summary>The API's description (OpenAPI 3.1), written from the declarations of its routes: docs/openapi.json, and what <c>/api/openapi.json</c> answers.</summary>
internal static partial class OpenApiDocument
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Of(ImmutableArray<ApiRoute> routes)
    {
        var schemas = new Schemas();
        var paths = new JsonObject();
        foreach (var path in routes.GroupBy(route => ApiPipeline.Prefix + route.Path))
            paths[path.Key] = new JsonObject(path.Select(route => KeyValuePair.Create(route.Method.ToLowerInvariant(), (JsonNode?)Operation(route, schemas))));
        schemas.Reference(ProblemJson.Plain.Problem);
        var document = new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Holdfast",
                ["version"] = "1",
                ["description"] = "Recovery points of Kubernetes clusters: captures, plans, restores. docs/api.md explains roles, ETags, idempotency keys and paging.",
                ["license"] = new JsonObject { ["name"] = "Apache-2.0", ["identifier"] = "Apache-2.0" },
            },
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
                ["schemas"] = schemas.All(),
            },
        };
        return [.. JsonSerializer.SerializeToUtf8Bytes(document, Readable), (byte)'\n'];
    }

    private static JsonObject Operation(ApiRoute route, Schemas schemas)
    {
        var operation = new JsonObject
        {
            ["operationId"] = route.Operation,
            ["tags"] = new JsonArray(route.Tag),
            ["summary"] = route.Summary,
            ["description"] = route.Needs == Roles.None ? "Open to anybody." : $"Needs one of the roles {route.Needs.Names()}.",
        };
        if (route.Needs == Roles.None)
            operation["security"] = new JsonArray();
        if (Parameters(route) is { Count: > 0 } parameters)
            operation["parameters"] = parameters;
        if (route.Takes is { } body)
            operation["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content(Answer.Json, schemas.Reference(body)) };
        operation["responses"] = Responses(route, schemas);
        return operation;
    }

    private static JsonArray Parameters(ApiRoute route)
    {
        var parameters = new JsonArray();
        foreach (Match value in RouteValue().Matches(route.Path))
            parameters.Add(Parameter(value.Groups["name"].Value, "path", $"The {value.Groups["name"].Value}.", "string", required: true));
        foreach (var query in route.Query)
            parameters.Add(Parameter(query.Name, "query", query.Meaning, query.Type, required: false));
        if (route.IsIdempotent)
            parameters.Add(Parameter(Idempotency.Header, "header", "Stands for this one request: sent again, it has the same answer and starts nothing anew", "string", required: false));
        if (route is { IsConditional: false, HasETag: true })
            parameters.Add(Parameter("If-None-Match", "header", "An ETag: 304 when it is still that", "string", required: false));
        if (route.IsConditional)
            parameters.Add(Parameter("If-Match", "header", "The ETag of what the edit was made from, or * for whatever it is now; needed where there is something", "string", required: false));
        if (route is { IsConditional: true, Method: "PUT" })
            parameters.Add(Parameter("If-None-Match", "header", "*: it must not exist yet", "string", required: false));
        return parameters;
    }

    private static JsonObject Parameter(string name, string place, string meaning, string type, bool required) => new()
    {
        ["name"] = name,
        ["in"] = place,
        ["required"] = required,
        ["description"] = meaning,
        ["schema"] = new JsonObject { ["type"] = type },
    };

    private static JsonObject Responses(ApiRoute route, Schemas schemas)
    {
        var responses = new SortedDictionary<int, JsonObject>();
        foreach (var answer in route.Gives)
            responses[answer.Status] = Good(route, answer, schemas);
        if (route is { HasETag: true, Method: "GET" })
            responses[304] = new() { ["description"] = "It is still what the ETag says" };
        int[] everywhere = route.Needs == Roles.None ? [500] : [401, 403, 500, 503];
        foreach (var status in route.Problems.Concat(everywhere).Where(status => !responses.ContainsKey(status)))
            responses[status] = new() { ["description"] = Title(status), ["content"] = Content(Problem.ContentType, schemas.Reference(ProblemJson.Plain.Problem)) };
        return new(responses.Select(response => KeyValuePair.Create(response.Key.ToString(CultureInfo.InvariantCulture), (JsonNode?)response.Value)));
    }

    private static JsonObject Good(ApiRoute route, GoodAnswer answer, Schemas schemas)
    {
        var response = new JsonObject { ["description"] = answer.Meaning };
        var headers = new JsonObject();
        if (answer.HasLocation)
            headers["Location"] = Header("Where the run's state is");
        if (route.HasETag && answer.Status < 300)
            headers["ETag"] = Header("For If-Match and If-None-Match");
        if (headers.Count > 0)
            response["headers"] = headers;
        if (answer.Type is { } type)
            response["content"] = Content(Answer.Json, schemas.Reference(type));
        else if (answer.ContentType is { } contentTypes)
            response["content"] = new JsonObject(contentTypes.Split(", ").Select(contentType => KeyValuePair.Create(contentType, (JsonNode?)new JsonObject { ["schema"] = new JsonObject() })));
        return response;
    }

    private static JsonObject Header(string meaning) => new() { ["description"] = meaning, ["schema"] = new JsonObject { ["type"] = "string" } };

    private static JsonObject Content(string type, JsonObject schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static string Title(int status) => status switch
    {
        400 => "The request is malformed; errors name each place",
        401 => "Nobody that is known",
        403 => "Known, and not allowed to",
        404 => "There is no such thing",
        409 => "It is not in the state for that",
        412 => "It was changed since it was read, or exists already",
        413 => "The body is too large",
        415 => "The body is not JSON by its media type",
        422 => "The content is not valid; errors name each place",
        428 => "It exists, and the request doesn't say which state it was made for",
        503 => "The engine, the vault or the control container is not available, or not set up",
        _ => "A failure that is no fault of the request",
    };

    [GeneratedRegex("{(?<name>[a-z]+)}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RouteValue();
}
