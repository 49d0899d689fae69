using System.Net;
using System.Text;
using Holdfast.Durable.Client;
using Holdfast.Durable.CustomHandler;

namespace Holdfast.Functions.Handler;

/// <summary>
/// Turns the HTTP request that the Functions host puts into a function's payload into a request of this process, and the answer into the function's output, so that one pipeline serves both.
/// </summary>
/// <param name="behindFrontEnd">A front end of the platform's says where callers are; without one, that header is the caller's own word, and believed by nobody.</param>
internal sealed class ApiInvocation(RequestDelegate pipeline, IServiceScopeFactory scopes, bool behindFrontEnd)
{
    /// <param name="client">The engine that the call came with.</param>
    /// <param name="id">The invocation's id, under which the host's log has it.</param>
    public async Task<HttpAnswer> RunAsync(HttpCall call, IDurableClient client, string id, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var answer = new MemoryStream();
        var http = new DefaultHttpContext { RequestServices = scope.ServiceProvider, RequestAborted = cancellation, TraceIdentifier = id };
        http.Features.Set(client);
        http.Response.Body = answer;
        Fill(http, call);
        await pipeline(http);
        return Answer(http.Response, answer);
    }

    private void Fill(HttpContext http, HttpCall call)
    {
        var request = http.Request;
        request.Method = call.Method.ToUpperInvariant();
        request.Scheme = call.Url.Scheme;
        request.Path = PathString.FromUriComponent(call.Url.AbsolutePath);
        request.QueryString = QueryString.FromUriComponent(call.Url);
        foreach (var (name, values) in call.Headers)
            request.Headers[name] = values;
        if (!request.Host.HasValue)
            request.Host = new(call.Url.Authority);
        http.Connection.RemoteIpAddress = behindFrontEnd ? AddressOf(request.Headers["X-Forwarded-For"]) : null;
        var body = Encoding.UTF8.GetBytes(call.Body ?? "");
        request.Body = new MemoryStream(body, writable: false);
        request.ContentLength = body.Length;
    }

    /// <summary>The last one is what the platform's front end saw itself; those before are the caller's word.</summary>
    private static IPAddress? AddressOf(string? forwarded) =>
        forwarded is not null && IPEndPoint.TryParse(forwarded.Split(',')[^1].Trim(), out var endpoint) ? endpoint.Address : null;

    private static HttpAnswer Answer(HttpResponse response, MemoryStream body) => new(
        response.StatusCode,
        body.Length == 0 ? null : Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length),
        response.ContentType,
        response.Headers.Where(h => h.Key is not ("Content-Type" or "Content-Length")).ToDictionary(h => h.Key, h => h.Value.ToString()));
}
