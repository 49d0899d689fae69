using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Core;
using Azure.Core.Pipeline;
using Holdfast.AzureCloud.Blobs;
using Holdfast.Control.Clouds;
using Holdfast.Manifests;

namespace Holdfast.AzureCloud.Resources;

/// <summary>
/// Asks Azure Resource Manager, as this machine is signed in. Requests that may be repeated are, within half a minute; a subscription that
/// has asked to be left alone is, until the time that it said. Long-running operations are followed at the pace that the service wants.
/// Thread-safe.
/// </summary>
/// <remarks>
/// REST over Azure.Core's pipeline and JSON as nodes: nothing here needs reflection, which the command line's native code hasn't
/// (docs/decisions/0019-resource-manager-over-rest.md). The contract of operations:
/// https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
/// </remarks>
public sealed class ResourceClient
{
    /// <summary>The management API of public Azure.</summary>
    public static readonly Uri PublicEndpoint = new("https://management.azure.com");

    /// <summary>A request that would have to wait longer than this in all is given up, for its caller to come back to.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Between two looks at an operation that doesn't say.</summary>
    private static readonly TimeSpan UsualPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private const int Attempts = 5;

    private readonly Uri endpoint;
    private readonly TimeProvider time;
    private readonly HttpPipeline pipeline;
    private readonly ConcurrentDictionary<string, DateTimeOffset> closed = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="endpoint">Null: public Azure's.</param>
    /// <param name="identity">Null: environment, workload and managed identity, Azure CLI; never interactive.</param>
    /// <param name="transport">Null: the usual.</param>
    public ResourceClient(
        TimeProvider time,
        Uri? endpoint = null,
        TokenCredential? identity = null,
        HttpPipelineTransport? transport = null
    )
    {
        this.time = time;
        this.endpoint = endpoint ?? PublicEndpoint;
        var options = new Options { Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromSeconds(30) } };
        options.Diagnostics.IsLoggingContentEnabled = false;
        if (transport is not null)
            options.Transport = transport;
        var scope = new Uri(this.endpoint, ".default").AbsoluteUri;
        pipeline = HttpPipelineBuilder.Build(options, new BearerTokenAuthenticationPolicy(identity ?? BlobVaults.SignIn(), scope));
    }

    /// <returns>Null: there is no such resource, or no such group.</returns>
    /// <exception cref="CloudException">It can't be asked.</exception>
    public async Task<JsonObject?> FindAsync(string id, string version, CancellationToken cancellation)
    {
        try
        {
            return (await SendAsync(RequestMethod.Get, UrlOf(id, version), null, cancellation)).Body;
        }
        catch (CloudException e) when (e.Failure == CloudFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Every resource of a collection, page by page. Of a group that doesn't exist: none.</summary>
    public async Task<List<JsonObject>> ListAsync(string path, string version, CancellationToken cancellation)
    {
        var all = new List<JsonObject>();
        try
        {
            for (var url = UrlOf(path, version); url is not null; )
            {
                var page = (await SendAsync(RequestMethod.Get, url, null, cancellation)).Body;
                all.AddRange(page.Objects("value"));
                url = page.Text("nextLink") is { Length: > 0 } next ? Own(new(next)) : null;
            }
        }
        catch (CloudException e) when (e.Failure == CloudFailure.NotFound) { }
        return all;
    }

    /// <summary>Makes or changes a resource. The answer may be that it has only begun: the resource says how far it is.</summary>
    public Task<ResourceAnswer> PutAsync(string id, string version, JsonObject body, CancellationToken cancellation) =>
        SendAsync(RequestMethod.Put, UrlOf(id, version), body, cancellation);

    public Task<ResourceAnswer> PatchAsync(string id, string version, JsonObject body, CancellationToken cancellation) =>
        SendAsync(RequestMethod.Patch, UrlOf(id, version), body, cancellation);

    /// <summary>Begins to delete a resource.</summary>
    /// <returns>Null: there is none.</returns>
    public async Task<ResourceAnswer?> DeleteAsync(string id, string version, CancellationToken cancellation)
    {
        try
        {
            var answer = await SendAsync(RequestMethod.Delete, UrlOf(id, version), null, cancellation);
            return answer.Status == 204 ? null : answer;
        }
        catch (CloudException e) when (e.Failure == CloudFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>Begins an action on a resource.</summary>
    /// <param name="body">Null: none.</param>
    public Task<ResourceAnswer> PostAsync(string id, string action, string version, JsonObject? body, CancellationToken cancellation) =>
        SendAsync(RequestMethod.Post, UrlOf($"{id}/{action}", version), body, cancellation);

    /// <summary>Follows what was begun until it ends.</summary>
    /// <returns>What it came to (the resource, or an action's result; null: nothing); and whether it has ended within the limit.</returns>
    /// <exception cref="CloudException">It failed.</exception>
    public async Task<(bool HasEnded, JsonObject? Result)> FollowAsync(ResourceAnswer begun, TimeSpan limit, CancellationToken cancellation)
    {
        if (begun.Operation is null && (begun.Location is null || begun.Status != 202))
            return (true, begun.Body);
        var until = time.GetUtcNow() + limit;
        for (var last = begun; ; )
        {
            var pause = last.RetryAfter ?? UsualPause;
            if (time.GetUtcNow() + pause > until)
                return (false, null);
            await Task.Delay(pause, time, cancellation);
            last = await SendAsync(RequestMethod.Get, begun.Operation ?? begun.Location!, null, cancellation);
            if (begun.Operation is null ? last.Status != 202 : IsOver(last.Body))
                return (true, await ResultAsync(begun, last, cancellation));
        }
    }

    private static bool IsOver(JsonObject? status) => status.Text("status") is "Succeeded" or "Failed" or "Canceled";

    private async Task<JsonObject?> ResultAsync(ResourceAnswer begun, ResourceAnswer last, CancellationToken cancellation)
    {
        if (begun.Operation is null)
            return last.Body;
        if (last.Body.Text("status") != "Succeeded")
            throw ResourceFaults.OfOperation(last.Body, begun.Operation.AbsolutePath);
        if (last.Body.Object("properties").Object("output") is { } output)
            return output;
        return begun.Location is null ? begun.Body : (await SendAsync(RequestMethod.Get, begun.Location, null, cancellation)).Body;
    }

    /// <summary>Sends it, again while that may help and there is time.</summary>
    private async Task<ResourceAnswer> SendAsync(RequestMethod method, Uri url, JsonObject? body, CancellationToken cancellation)
    {
        var what = $"{method} {Own(url).AbsolutePath}";
        var until = time.GetUtcNow() + Patience;
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++, pause *= 2)
        {
            RequireOpen(url, what);
            try
            {
                return await OnceAsync(method, url, body, what, cancellation);
            }
            catch (CloudException e) when (e.Failure is CloudFailure.Throttled or CloudFailure.Unreachable)
            {
                var wait = e.RetryAfter ?? pause;
                Close(url, e);
                if (attempt == Attempts || time.GetUtcNow() + wait > until)
                    throw;
                await Task.Delay(wait, time, cancellation);
            }
        }
    }

    private async Task<ResourceAnswer> OnceAsync(
        RequestMethod method,
        Uri url,
        JsonObject? body,
        string what,
        CancellationToken cancellation
    )
    {
        using var message = pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(url);
        message.Request.Headers.Add("Accept", "application/json");
        if (body is not null)
        {
            message.Request.Headers.Add("Content-Type", "application/json");
            message.Request.Content = RequestContent.Create(ManifestJson.Write(body));
        }
        try
        {
            await pipeline.SendAsync(message, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && ResourceFaults.Of(e, what) is not null)
        {
            throw ResourceFaults.Of(e, what)!;
        }
        return message.Response.Status is >= 200 and < 300
            ? Answer(message.Response, what)
            : throw ResourceFaults.Of(message.Response, what);
    }

    private ResourceAnswer Answer(Azure.Response response, string what)
    {
        var content = response.Content.ToMemory();
        try
        {
            return new(response.Status, content.IsEmpty ? null : JsonNode.Parse(content.Span) as JsonObject)
            {
                Operation = Header(response, "Azure-AsyncOperation"),
                Location = Header(response, "Location"),
                RetryAfter = ResourceFaults.RetryAfterOf(response.Headers),
            };
        }
        catch (JsonException e)
        {
            throw new CloudException(CloudFailure.Unreachable, $"Azure's answer to {what} isn't JSON: try again later", e);
        }
    }

    private Uri? Header(Azure.Response response, string name) =>
        response.Headers.TryGetValue(name, out var text) && Uri.TryCreate(text, UriKind.Absolute, out var url) ? Own(url) : null;

    /// <summary>The token goes to the management API and nowhere else, whatever an answer names.</summary>
    private Uri Own(Uri url) =>
        Uri.Compare(url, endpoint, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0
            ? url
            : throw new CloudException(CloudFailure.Invalid, $"Azure names an address of another host, {url.Host}: nothing is sent to it");

    private Uri UrlOf(string path, string version) => new(endpoint, $"{path}?api-version={version}");

    /// <summary>What a subscription that isn't to be asked yet would answer, without asking it.</summary>
    private void RequireOpen(Uri url, string what)
    {
        if (!closed.TryGetValue(SubscriptionOf(url), out var until) || time.GetUtcNow() >= until)
            return;
        throw new CloudException(
            CloudFailure.Throttled,
            $"Azure was asked too often ({what}), and wants to be left alone until {until.UtcDateTime:HH:mm:ss} UTC"
        )
        {
            RetryAfter = until - time.GetUtcNow(),
        };
    }

    private void Close(Uri url, CloudException refused)
    {
        if (refused is { Failure: CloudFailure.Throttled, RetryAfter: { } wait })
            closed[SubscriptionOf(url)] = time.GetUtcNow() + wait;
    }

    private static string SubscriptionOf(Uri url) =>
        url.Segments is [_, "subscriptions/", var subscription, ..] ? subscription.TrimEnd('/') : "";

    private sealed class Options : ClientOptions;
}
