using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Capture;

/// <summary>An API server through a bare HttpClient, independent of the code that is under test.</summary>
internal sealed class RawApi : IDisposable
{
    private readonly HttpClient http;

    private RawApi(ClusterEndpoint endpoint, string token)
    {
        http = new(new SocketsHttpHandler { SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true }, UseProxy = false })
        {
            BaseAddress = endpoint.Server,
        };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public static Task<RawApi> ConnectAsync(ITestCluster cluster) => ConnectAsync(cluster.Endpoint);

    public static async Task<RawApi> ConnectAsync(ClusterEndpoint endpoint) =>
        new(endpoint, (await endpoint.Token!(renew: false, CancellationToken.None))!);

    public async Task<JsonDocument> GetAsync(string path)
    {
        using var response = await ColdCache.SendAsync(http, () => new(HttpMethod.Get, path));
        Assert.True(response.IsSuccessStatusCode, $"GET {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
        return JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(), new JsonDocumentOptions { MaxDepth = 10_000 });
    }

    public async Task<Stream> StreamAsync(string path, CancellationToken cancellation)
    {
        var response = await ColdCache.SendAsync(
            http,
            () => new(HttpMethod.Get, path),
            HttpCompletionOption.ResponseHeadersRead,
            cancellation
        );
        return await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation);
    }

    /// <summary>A create that must succeed; a type that was made a moment ago is waited for.</summary>
    public async Task CreateAsync(string path, string manifest)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (status, text) = await SendAsync(HttpMethod.Post, path, manifest, "application/json");
            if (status is HttpStatusCode.Created)
                return;
            Assert.True(
                (status is HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests) && attempt < 100,
                $"POST {path}: {status} {text}"
            );
            await Task.Delay(50);
        }
    }

    public async Task MergePatchAsync(string path, string patch)
    {
        var (status, text) = await SendAsync(HttpMethod.Patch, path, patch, "application/merge-patch+json");
        Assert.True(status is HttpStatusCode.OK, $"PATCH {path}: {status} {text}");
    }

    public async Task DeleteAsync(string path) => await SendAsync(HttpMethod.Delete, path, null, "application/json");

    public async Task<(HttpStatusCode Status, string Text)> SendAsync(HttpMethod method, string path, string? body, string type)
    {
        using var response = await ColdCache.SendAsync(
            http,
            () =>
                new(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type)) }
        );
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public void Dispose() => http.Dispose();
}
