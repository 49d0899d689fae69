using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;

namespace Holdfast.TestKit.ClusterSuite;

/// <param name="Body">Null: the answer was not JSON.</param>
public sealed record Answer(int Code, JsonObject? Body, string Text)
{
    public JsonNode? this[string field] => Body?[field];

    public JsonObject Metadata => Body!["metadata"]!.AsObject();

    public string Reason => (string?)Body?["reason"] ?? "";

    public JsonObject[] Items => [.. Body!["items"]!.AsArray().Select(i => i!.AsObject())];

    /// <summary>The name of each item but the one that every namespace has.</summary>
    public string[] Names => [.. Items.Select(i => (string)i["metadata"]!["name"]!).Where(name => name != "kube-root-ca.crt")];
}

/// <summary>Plain requests to an API server: no product code between the test and the server.</summary>
public sealed class ClusterRequests : IDisposable
{
    public const string Json = "application/json";
    public const string Merge = "application/merge-patch+json";
    public const string Apply = "application/apply-patch+yaml";
    public const string Metadata = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

    private readonly HttpClient client;
    private readonly ClusterEndpoint endpoint;

    public ClusterRequests(ClusterEndpoint endpoint)
    {
        this.endpoint = endpoint;
        client = new HttpClient(
            new SocketsHttpHandler
            {
                SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => IsTrusted(certificate) },
            }
        );
    }

    public Task<Answer> GetAsync(string path, string accept = Json) => SendAsync(HttpMethod.Get, path, null, accept: accept);

    public Task<Answer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> PatchAsync(string path, string body, string contentType = Merge) =>
        SendAsync(HttpMethod.Patch, path, body, contentType);

    public Task<Answer> DeleteAsync(string path, string? body = null) => SendAsync(HttpMethod.Delete, path, body);

    public async Task<Answer> SendAsync(
        HttpMethod method,
        string path,
        string? body,
        string contentType = Json,
        string accept = Json,
        string? token = null
    )
    {
        token ??= await endpoint.Token!(false, CancellationToken.None);
        using var response = await ColdCache.SendAsync(client, () => Request(method, path, body, contentType, accept, token));
        var text = await response.Content.ReadAsStringAsync();
        return new Answer((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : null, text);
    }

    /// <summary>A watch's events, to be read line by line; ends when the server ends it.</summary>
    public async IAsyncEnumerable<JsonObject> WatchAsync(
        string path,
        TaskCompletionSource? started = null,
        [EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        var token = await endpoint.Token!(false, cancellation);
        using var response = await ColdCache.SendAsync(
            client,
            () => Request(HttpMethod.Get, path, null, Json, Json, token),
            HttpCompletionOption.ResponseHeadersRead,
            cancellation
        );
        response.EnsureSuccessStatusCode();
        started?.TrySetResult();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellation));
        while (await reader.ReadLineAsync(cancellation) is { } line)
            yield return JsonNode.Parse(line)!.AsObject();
    }

    public void Dispose() => client.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string path, string? body, string contentType, string accept, string? token)
    {
        var request = new HttpRequestMessage(method, new Uri(endpoint.Server, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.UserAgent.ParseAdd("suite/1");
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        return request;
    }

    private bool IsTrusted(X509Certificate? certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(endpoint.TrustedRoots!);
        return certificate is X509Certificate2 presented && chain.Build(presented);
    }
}
