using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Functions.Api.Routing;

/// <summary>What a route answers. Whole in memory: pages keep it small.</summary>
internal sealed record Answer(int Status, ReadOnlyMemory<byte> Body = default, string? ContentType = null)
{
    public const string Json = "application/json";
    public const string Lines = "application/x-ndjson";
    public const string ContinuationHeader = "Holdfast-Continuation";

    /// <summary>With its quotes.</summary>
    public string? ETag { get; init; }
    public string? Location { get; init; }

    /// <summary>What <c>continuation</c> has to be for the next page; null: this is the last.</summary>
    public string? Continuation { get; init; }

    /// <summary>The answer was given before, to the same idempotency key.</summary>
    public bool Replayed { get; init; }

    public static Answer Ok<T>(T value, JsonTypeInfo<T> type) => Of(200, value, type);

    public static Answer Of<T>(int status, T value, JsonTypeInfo<T> type) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(value, type), Json);

    public static Answer Empty { get; } = new(204);

    public async Task WriteAsync(HttpContext http)
    {
        var response = http.Response;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (ETag is not null)
            response.Headers.ETag = ETag;
        if (Location is not null)
            response.Headers.Location = Location;
        if (Continuation is not null)
            response.Headers[ContinuationHeader] = Continuation;
        if (Replayed)
            response.Headers["Idempotency-Replayed"] = "true";
        if (ETag is not null && Status == 200 && ETags.Matches(http.Request.Headers.IfNoneMatch, ETag))
        {
            response.StatusCode = 304;
            return;
        }
        response.StatusCode = Status;
        if (ContentType is null)
            return;
        response.ContentType = ContentType;
        response.ContentLength = Body.Length;
        await response.Body.WriteAsync(Body, http.RequestAborted);
    }
}
