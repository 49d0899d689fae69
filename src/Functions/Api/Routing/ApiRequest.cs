using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Archive.Format;
using Holdfast.Functions.Access;
using Holdfast.Functions.App;
using Holdfast.Functions.Problems;
using Holdfast.Machine.Faults;
using Microsoft.DurableTask.Client;
using Microsoft.Net.Http.Headers;

namespace Holdfast.Functions.Api.Routing;

/// <summary>A request whose caller is known and may ask; what is malformed in it ends it with a problem.</summary>
internal sealed class ApiRequest(HttpContext http, HoldfastApp app, Caller? caller)
{
    private const int LongestBody = 1 << 20;
    private const int DefaultLimit = 100;
    private const int HighestLimit = 1000;

    public HoldfastApp App => app;

    /// <summary>Null: the route is open to everyone, and the caller isn't signed in.</summary>
    public Caller? SignedIn => caller;

    public Caller Caller => caller ?? throw new InvalidOperationException("the route allows anonymous callers");

    public CancellationToken Cancellation => http.RequestAborted;

    public IHeaderDictionary Headers => http.Request.Headers;

    public string Method => http.Request.Method;

    /// <summary>As logs and the audit have it; answered as <c>Holdfast-Request</c>.</summary>
    public string Id => http.TraceIdentifier;

    /// <summary>The caller's address.</summary>
    public string From => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    /// <summary>What the audit's record of this call should say beyond; holds no secret.</summary>
    public string? AuditDetail { get; set; }

    public string Path => http.Request.Path.Value ?? "";

    /// <summary>The engine that came with the call, under a Functions host; else the embedded one.</summary>
    /// <exception cref="ProblemException">Neither is there.</exception>
    public DurableTaskClient Engine =>
        http.Features.Get<DurableTaskClient>()
        ?? app.Engine
        ?? throw new ProblemException(Problem.Unavailable("the orchestration engine has not started yet: try again"));

    /// <summary>How many items a page may have.</summary>
    public int Limit =>
        Query("limit") is not { } text ? DefaultLimit
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit is >= 1 and <= HighestLimit ? limit
        : throw Malformed("limit", $"use a number from 1 to {HighestLimit}");

    /// <summary>Where the page begins; null: at the beginning.</summary>
    public string? Continuation =>
        Query("continuation") is not { } text
            ? null
            : Continuations.Read(text) ?? throw Malformed("continuation", "it isn't a continuation token of this list");

    /// <summary>A value of the route.</summary>
    public string Value(string name) => (string)http.GetRouteValue(name)!;

    /// <summary>A parameter of the query; empty counts as absent.</summary>
    public string? Query(string name) => http.Request.Query[name].LastOrDefault() is { Length: > 0 } text ? text : null;

    /// <summary>All values of a parameter, given several times; commas belong to them.</summary>
    public string[] QueryAll(string name) => [.. http.Request.Query[name].OfType<string>().Where(value => value.Length > 0)];

    /// <summary>All values of a parameter, given several times or separated by commas.</summary>
    public string[] QueryList(string name) =>
        [
            .. http
                .Request.Query[name]
                .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
        ];

    public bool QueryFlag(string name) =>
        Query(name) switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw Malformed(name, "use true or false"),
        };

    public ClusterName Cluster() =>
        ClusterName.TryParse(Value("cluster"), out var cluster)
            ? cluster
            : throw new ProblemException(Problem.NotFound($"'{Value("cluster")}' isn't a valid cluster name"));

    public PointId Point() =>
        PointId.TryParse(Value("point"), out var point)
            ? point
            : throw new ProblemException(Problem.NotFound($"'{Value("point")}' isn't the id of a recovery point"));

    /// <summary>The whole body, which must be JSON by its media type.</summary>
    public async Task<ReadOnlyMemory<byte>> BodyAsync()
    {
        if (!IsJson())
            throw new ProblemException(Problem.MediaType("send the body as application/json"));
        var body = new MemoryStream();
        var buffer = new byte[16 << 10];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, Cancellation)) > 0; )
        {
            if (body.Length + read > LongestBody)
                throw new ProblemException(Problem.TooLarge($"a body has at most {LongestBody >> 10} KiB here"));
            body.Write(buffer, 0, read);
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    /// <exception cref="ProblemException">Not JSON, or not of that shape; with the place.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type)
    {
        try
        {
            var read = JsonSerializer.Deserialize(body.Span, type) ?? throw new ProblemException(Problem.BadRequest("the body is null"));
            return WholeLists.Are(body.Span) ? read : throw new ProblemException(Problem.BadRequest("a list of the body has a null in it"));
        }
        catch (JsonException malformed)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "the body is not the JSON that is expected here",
                    new ProblemError(JsonPlaces.Pointer(malformed.Path), JsonPlaces.Reason(malformed))
                )
            );
        }
    }

    public async Task<T> BodyAsync<T>(JsonTypeInfo<T> type) => Parse(await BodyAsync(), type);

    public static ProblemException Malformed(string parameter, string message) =>
        new(Problem.BadRequest($"the parameter '{parameter}' can't be used: {message}", new ProblemError(parameter, message)));

    private bool IsJson() =>
        MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
        && (
            type.MediaType.Equals(Answer.Json, StringComparison.OrdinalIgnoreCase)
            || type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase)
        );
}
