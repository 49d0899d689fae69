using System.Net;

namespace Holdfast.TestKit.Worm;

/// <summary>Takes requests of Azure's SDK to a <see cref="WormAccount"/> in this process.</summary>
public sealed class WormTransport(WormAccount account) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var url = request.RequestUri!;
        var reply = account.Answer(
            new(request.Method.Method, Uri.UnescapeDataString(url.AbsolutePath.Trim('/')), QueryOf(url.Query), Header, body)
        );
        var content = new ByteArrayContent(reply.Body);
        var response = new HttpResponseMessage((HttpStatusCode)reply.Status) { Content = content, RequestMessage = request };
        response.Headers.Date = account.Time.GetUtcNow();
        foreach (var (name, value) in reply.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                content.Headers.Remove(name);
                content.Headers.TryAddWithoutValidation(name, value);
            }
        }
        return response;

        string? Header(string name) =>
            request.Headers.TryGetValues(name, out var values) ? string.Join(',', values)
            : request.Content?.Headers.TryGetValues(name, out var more) == true ? string.Join(',', more)
            : null;
    }

    public static IReadOnlyDictionary<string, string> QueryOf(string query)
    {
        var parsed = new Dictionary<string, string>();
        foreach (var part in query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            parsed[Uri.UnescapeDataString(part[..equals])] = Uri.UnescapeDataString(part[(equals + 1)..]);
        }
        return parsed;
    }
}
