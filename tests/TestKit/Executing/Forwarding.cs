using Microsoft.AspNetCore.Http;

namespace Holdfast.TestKit.Executing;

/// <summary>Sends requests on to another server, whole, and its answers back.</summary>
internal sealed class Forwarding : IDisposable
{
    private static readonly string[] HopByHop = ["Host", "Connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Content-Length"];

    private readonly HttpMessageInvoker server = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });

    public async Task SendAsync(HttpContext context, Uri to)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        using var request = new HttpRequestMessage(
            new(context.Request.Method),
            new Uri(to, context.Request.Path + context.Request.QueryString)
        );
        request.Content = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in context.Request.Headers.Where(h => !HopByHop.Contains(h.Key, StringComparer.OrdinalIgnoreCase)))
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        using var answer = await server.SendAsync(request, context.RequestAborted);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
            if (!HopByHop.Contains(name, StringComparer.OrdinalIgnoreCase))
                context.Response.Headers[name] = values.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    public void Dispose() => server.Dispose();
}
