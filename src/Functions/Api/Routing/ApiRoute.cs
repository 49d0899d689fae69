using System.Collections.Immutable;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Functions.Access;

namespace Holdfast.Functions.Api.Routing;

/// <summary>
/// One operation of the API, declared once: the pipeline dispatches and guards by it, and docs/openapi.json is written from it.
/// </summary>
/// <param name="Path">Below <c>/api</c>, with route values in braces.</param>
/// <param name="Operation">Names it for generated clients and in audit records; never changes.</param>
/// <param name="Needs">Any of these; <see cref="Roles.None"/>: every caller, signed in or not.</param>
internal sealed record ApiRoute(
    string Method,
    string Path,
    string Operation,
    string Summary,
    Roles Needs,
    Func<ApiRequest, Task<Answer>> Handle
)
{
    /// <summary>The body that it takes; null: none.</summary>
    public JsonTypeInfo? Takes { get; init; }

    public ImmutableArray<QueryParameter> Query { get; init; } = [];

    /// <summary>What it answers when it is well, the usual first.</summary>
    public ImmutableArray<GoodAnswer> Gives { get; init; } = [];

    /// <summary>The problems that it answers with beside those that every route has.</summary>
    public ImmutableArray<int> Problems { get; init; } = [];

    /// <summary>The answer has an ETag, and <c>If-None-Match</c> saves sending it again.</summary>
    public bool HasETag { get; init; }

    /// <summary>An edit: conditional on <c>If-Match</c>, or <c>If-None-Match: *</c> for what must be new.</summary>
    public bool IsConditional { get; init; }

    /// <summary>Takes an <c>Idempotency-Key</c>.</summary>
    public bool IsIdempotent { get; init; }

    /// <summary>Writes to the vault, or starts what does: a standby refuses it before it has taken over.</summary>
    public bool WritesVault { get; init; }

    public bool Mutates => Method != "GET";

    public string Tag => Path.Split('/')[1];
}

/// <param name="Name">As in the URL.</param>
/// <param name="Type">A type of JSON Schema: <c>string</c>, <c>integer</c>, <c>boolean</c>.</param>
internal sealed record QueryParameter(string Name, string Meaning, string Type = "string");

/// <param name="Type">Null: no body, or one that isn't one of the API's JSON documents (<see cref="ContentType"/>).</param>
internal sealed record GoodAnswer(int Status, string Meaning, JsonTypeInfo? Type = null)
{
    public string? ContentType { get; init; }
    public bool HasLocation { get; init; }
}
