using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;

namespace Holdfast.Clusters.Writing;

/// <summary>
/// Writes single objects over HTTP/2, many at once. Thread-safe. Throttling and broken connections are retried inside; a repeated create
/// that finds its own object answers AlreadyExists, a repeated replace Conflict, a repeated delete NotFound.
/// </summary>
/// <exception cref="ClusterException"> From every call: the server can't be reached or trusted, refuses the credentials, throttles for too
/// long, or fails. Its answer about the object is a result. </exception>
public sealed class ResourceWriter(ClusterConnection connection)
{
    /// <summary>For the answer to a creation whose caller was cancelled.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(10);

    private static readonly MediaTypeHeaderValue Json = new("application/json");
    private static readonly MediaTypeHeaderValue ApplyPatch = new("application/apply-patch+yaml");
    private static readonly MediaTypeHeaderValue MergePatch = new("application/merge-patch+json");

    public Task<WriteResult> GetAsync(ApiResource resource, string? ns, string name, CancellationToken cancellation) =>
        SendAsync(ns, name, () => new(HttpMethod.Get, resource.ObjectPath(ns, name)) { Version = HttpVersion.Version20 }, cancellation);

    public Task<WriteResult> CreateAsync(
        ApiResource resource,
        string? ns,
        ReadOnlyMemory<byte> body,
        WriteOptions options,
        CancellationToken cancellation
    )
    {
        var target = resource.CollectionPath(ns) + Query(options);
        return SendAsync(ns, null, () => Request(HttpMethod.Post, target, body, Json), cancellation);
    }

    /// <summary>
    /// Creates what the caller removes again when it is cancelled: a request that has been sent isn't given up at once, since the server
    /// may carry it out after whoever removes its object has looked. After <see cref="LastWait"/> it is.
    /// </summary>
    public async Task<WriteResult> CreateWholeAsync(
        ApiResource resource,
        string? ns,
        ReadOnlyMemory<byte> body,
        WriteOptions options,
        CancellationToken cancellation
    )
    {
        cancellation.ThrowIfCancellationRequested();
        using var late = new CancellationTokenSource();
        await using var begins = cancellation.UnsafeRegister(_ => late.CancelAfter(LastWait), null);
        return await CreateAsync(resource, ns, body, options, late.Token);
    }

    /// <summary>PUT; the body's resourceVersion is the precondition.</summary>
    public Task<WriteResult> ReplaceAsync(
        ApiResource resource,
        string? ns,
        string name,
        ReadOnlyMemory<byte> body,
        WriteOptions options,
        CancellationToken cancellation
    ) => SendAsync(ns, name, () => Request(HttpMethod.Put, Target(resource, ns, name, options), body, Json), cancellation);

    /// <summary>Server-side apply. The body is JSON, which is YAML too.</summary>
    public Task<WriteResult> ApplyAsync(
        ApiResource resource,
        string? ns,
        string name,
        ReadOnlyMemory<byte> body,
        WriteOptions options,
        CancellationToken cancellation
    )
    {
        var force = options.Force ? "&force=true" : "";
        return SendAsync(
            ns,
            name,
            () => Request(HttpMethod.Patch, Target(resource, ns, name, options) + force, body, ApplyPatch),
            cancellation
        );
    }

    /// <summary>A JSON merge patch (RFC 7396); a resourceVersion in it is a precondition.</summary>
    public Task<WriteResult> MergePatchAsync(
        ApiResource resource,
        string? ns,
        string name,
        ReadOnlyMemory<byte> patch,
        WriteOptions options,
        CancellationToken cancellation
    ) => SendAsync(ns, name, () => Request(HttpMethod.Patch, Target(resource, ns, name, options), patch, MergePatch), cancellation);

    /// <param name="uid">Precondition; null for none.</param>
    /// <param name="resourceVersion">Precondition; null for none.</param>
    /// <param name="propagation"><c>Background</c>, <c>Foreground</c>, <c>Orphan</c>.</param>
    public Task<WriteResult> DeleteAsync(
        ApiResource resource,
        string? ns,
        string name,
        string? uid,
        string? resourceVersion,
        string propagation,
        CancellationToken cancellation,
        bool dryRun = false
    )
    {
        var body = DeleteOptions(uid, resourceVersion, propagation, dryRun);
        return SendAsync(ns, name, () => Request(HttpMethod.Delete, resource.ObjectPath(ns, name), body, Json), cancellation);
    }

    /// <param name="name">Null: the path has no name.</param>
    private async Task<WriteResult> SendAsync(string? ns, string? name, Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        if (!IsPathSegment(ns) || !IsPathSegment(name))
            return new(
                WriteStatus.Invalid,
                0,
                ReadOnlyMemory<byte>.Empty,
                "Invalid",
                $"'{ns}/{name}' can't be an object's namespace and name: nothing was sent"
            );
        return WriteAnswers.Interpret(await connection.SendWholeAsync(request, cancellation));
    }

    /// <summary>
    /// Whether a name is allowed in a request's path, by the API server's rule (apimachinery, IsValidPathSegmentName). An empty name would
    /// delete the whole collection, and <c>..</c> or a slash, which the server sees unescaped, something else: manifests may come from a
    /// vault that others can write to.
    /// </summary>
    private static bool IsPathSegment(string? name) =>
        name is null || (name is not ("" or "." or "..") && name.AsSpan().IndexOfAny('/', '%') < 0);

    private static string Target(ApiResource resource, string? ns, string name, WriteOptions options) =>
        resource.ObjectPath(ns, name, options.Subresource) + Query(options);

    /// <summary>
    /// Unknown fields are ignored: objects come from an API server, so such fields belong to a newer version and appear in a plan's dry-run
    /// diff. Validation would make the server decode every object a second time; so would its default (Warn), for warnings that aren't
    /// read.
    /// </summary>
    private static string Query(WriteOptions options) =>
        $"?fieldManager={Uri.EscapeDataString(options.FieldManager)}&fieldValidation=Ignore{(options.DryRun ? "&dryRun=All" : "")}";

    private static HttpRequestMessage Request(HttpMethod method, string path, ReadOnlyMemory<byte> body, MediaTypeHeaderValue type)
    {
        var content = new ReadOnlyMemoryContent(body);
        content.Headers.ContentType = type;
        return new(method, path) { Content = content };
    }

    // A server that gets options in the body doesn't look at the query.
    private static byte[] DeleteOptions(string? uid, string? resourceVersion, string propagation, bool dryRun)
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
            if (dryRun)
            {
                json.WriteStartArray("dryRun");
                json.WriteStringValue("All");
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }
}
