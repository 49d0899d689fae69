using System.Net;

namespace Holdfast.TestKit.Clusters;

/// <summary>
/// Servers from 1.31 on refuse lists and watches of a type whose watch cache isn't filled yet with 429: of one that was just created or
/// redefined, and of any right after a start. Every client retries, so the plain ones of tests do too.
/// </summary>
public static class ColdCache
{
    private const int Attempts = 300;

    /// <param name="request">Called for each attempt.</param>
    public static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        Func<HttpRequestMessage> request,
        HttpCompletionOption completion = HttpCompletionOption.ResponseContentRead,
        CancellationToken cancellation = default
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            var response = await client.SendAsync(request(), completion, cancellation);
            if (attempt == Attempts || response.StatusCode != HttpStatusCode.TooManyRequests)
                return response;
            if (!(await response.Content.ReadAsStringAsync(cancellation)).Contains("storage is (re)initializing", StringComparison.Ordinal))
                return response;
            response.Dispose();
            await Task.Delay(100, cancellation);
        }
    }
}
