using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Writing;

/// <summary>
/// Writes single objects over HTTP/2, many at once. Thread-safe. Throttling and broken connections are retried inside; a repeated create that finds its own object answers AlreadyExists, a
/// repeated replace Conflict, a repeated delete NotFound.
/// </summary>
/// <exception cref="ClusterException">Of every call: the server can't be reached or trusted, refuses the credentials, throttles beyond patience, or breaks. What it says of the object is a result.</exception>
public sealed class ResourceWriter(ClusterConnection connection)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue ApplyPatch = new("application/apply-patch+yaml");
    private static readonly MediaTypeHeaderValue MergePatch = new("application/merge-patch+json");

    public Task<WriteResult> GetAsync(ApiResource resource, string? ns, string name, CancellationToken cancellation)
    {
        var path = resource.ObjectPath(ns, name);
        return SendAsync(() => new(HttpMethod.Get, path) { Version = HttpVersion.Version20 }, cancellation);
    }

    public Task<WriteResult> CreateAsync(ApiResource resource, string? ns, ReadOnlyMemory<byte> body, WriteOptions options, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, resource.CollectionPath(ns), body, Json, options, cancellation);

    /// <summary>PUT; the body's resourceVersion is the precondition.</summary>
    public Task<WriteResult> ReplaceAsync(ApiResource resource, string? ns, string name, ReadOnlyMemory<byte> body, WriteOptions options, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Put, resource.ObjectPath(ns, name, options.Subresource), body, Json, options, cancellation);

    /// <summary>Server-side apply. The body is JSON, which is YAML too.</summary>
    public Task<WriteResult> ApplyAsync(ApiResource resource, string? ns, string name, ReadOnlyMemory<byte> body, WriteOptions options, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, resource.ObjectPath(ns, name, options.Subresource), body, ApplyPatch, options, cancellation);

    /// <summary>A JSON merge patch (RFC 7396); a resourceVersion in it is a precondition.</summary>
    public Task<WriteResult> MergePatchAsync(ApiResource resource, string? ns, string name, ReadOnlyMemory<byte> patch, WriteOptions options, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, resource.ObjectPath(ns, name, options.Subresource), patch, MergePatch, options with { Force = false }, cancellation);

    /// <param name="uid">Precondition; null for none.</param>
    /// <param name="resourceVersion">Precondition; null for none.</param>
    /// <param name="propagation"><c>Background</c>, <c>Foreground</c>, <c>Orphan</c>.</param>
    public Task<WriteResult> DeleteAsync(
        ApiResource resource, string? ns, string name, string? uid, string? resourceVersion, string propagation, CancellationToken cancellation)
    {
        var (path, body) = (resource.ObjectPath(ns, name), DeleteOptions(uid, resourceVersion, propagation));
        return SendAsync(() => Request(HttpMethod.Delete, path, body, Json), cancellation);
    }

    private Task<WriteResult> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, MediaTypeHeaderValue type, WriteOptions options, CancellationToken cancellation)
    {
        var target = $"{path}?fieldManager={Uri.EscapeDataString(options.FieldManager)}&fieldValidation={options.FieldValidation}"
            + (options.DryRun ? "&dryRun=All" : "")
            + (options.Force ? "&force=true" : "");
        return SendAsync(() => Request(method, target, body, type), cancellation);
    }

    private async Task<WriteResult> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellation) =>
        WriteAnswers.Interpret(await connection.SendWholeAsync(request, cancellation));

    private static HttpRequestMessage Request(HttpMethod method, string path, ReadOnlyMemory<byte> body, MediaTypeHeaderValue type)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = type;
        return new(method, path) { Content = content };
    }

    private static byte[] DeleteOptions(string? uid, string? resourceVersion, string propagation)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion", "v1");
            json.WriteString("kind", "DeleteOptions");
            json.WriteString("propagationPolicy", propagation);
            json.WriteStartObject("preconditions");
            if (uid is not null)
                json.WriteString("uid", uid);
            if (resourceVersion is not null)
                json.WriteString("resourceVersion", resourceVersion);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
