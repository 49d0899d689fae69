using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json.Serialization;

namespace Holdfast.Functions.Problems;

/// <summary>Why a request was not done, as RFC 9457 has it.</summary>
/// <param name="Type">Names the kind of problem, which the table in docs/api.md explains by its last part. Clients decide on it.</param>
/// <param name="Detail">What, where and what to do next, for a person; holds no secret.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail)
{
    public const string ContentType = "application/problem+json";

    private const string Base = "https://holdfast.dev/problems/";

    /// <summary>The path that was asked for.</summary>
    public string? Instance { get; init; }

    /// <summary>Everything that is wrong with the request, at once; each with its place.</summary>
    public ImmutableArray<ProblemError>? Errors { get; init; }

    /// <summary>When to try again; sent as <c>Retry-After</c>.</summary>
    [JsonIgnore]
    public int? RetrySeconds { get; init; }

    public static Problem NotFound(string detail) => new(Base + "not-found", "Not found", 404, detail);

    public static Problem MethodNotAllowed(string detail) => new(Base + "method-not-allowed", "Method not allowed", 405, detail);

    public static Problem NotAuthenticated(string detail) => new(Base + "not-authenticated", "Not authenticated", 401, detail);

    public static Problem Forbidden(string detail) => new(Base + "forbidden", "Forbidden", 403, detail);

    public static Problem BadRequest(string detail, params ImmutableArray<ProblemError> errors) =>
        new(Base + "bad-request", "The request is malformed", 400, detail) { Errors = errors.IsDefaultOrEmpty ? null : errors };

    public static Problem Invalid(string detail, params ImmutableArray<ProblemError> errors) =>
        new(Base + "invalid", "The content is not valid", 422, detail) { Errors = errors.IsDefaultOrEmpty ? null : errors };

    public static Problem KeyReused(string detail) =>
        new(Base + "idempotency-key-reused", "The idempotency key stands for another request", 422, detail);

    public static Problem Conflict(string detail) => new(Base + "conflict", "Not possible in its current state", 409, detail);

    public static Problem Changed(string detail) => new(Base + "changed", "Changed since it was read", 412, detail);

    public static Problem PreconditionRequired(string detail) => new(Base + "precondition-required", "An ETag is needed", 428, detail);

    public static Problem TooLarge(string detail) => new(Base + "too-large", "Too large", 413, detail);

    public static Problem MediaType(string detail) => new(Base + "media-type", "Unsupported media type", 415, detail);

    public static Problem Damaged(string detail) => new(Base + "damaged", "The vault's bytes are not those that were written", 500, detail);

    public static Problem ControlDocument(string detail) => new(Base + "control-document", "A control document can't be used", 500, detail);

    public static Problem Cluster(string detail) => new(Base + "cluster-failed", "The protected cluster failed", 502, detail);

    public static Problem Unavailable(string detail) => new(Base + "unavailable", "Not available now", 503, detail) { RetrySeconds = 10 };

    public static Problem Bug(string detail) => new(Base + "internal", "Internal error", 500, detail);
}

/// <param name="Path">A JSON pointer into the body, or the name of a parameter or header; empty: the whole request.</param>
internal sealed record ProblemError(string Path, string Message);

/// <summary>Ends a request with this answer.</summary>
internal sealed class ProblemException(Problem problem) : Exception(problem.Detail)
{
    public Problem Problem { get; } = problem;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(Problem))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    public static ProblemJson Plain => field ??= new(new(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
