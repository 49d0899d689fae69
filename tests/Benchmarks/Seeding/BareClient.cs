using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Benchmarks.Seeding;

/// <param name="Path">The collection to post to.</param>
internal sealed record PreparedPost(string Path, byte[] Body);

/// <summary>
/// The plainest client that can create objects: prepared bodies posted over 32 HTTP/1.1 connections, answers thrown away.
/// </summary>
internal sealed class BareClient : IDisposable
{
    private readonly HttpClient http;

    public BareClient(KubeServer server)
    {
        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(server.CertificateAuthority);
        http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 32, SslOptions = { CertificateChainPolicy = Trust(trusted) } })
        {
            BaseAddress = server.Server,
            DefaultRequestVersion = HttpVersion.Version11,
        };
        http.DefaultRequestHeaders.Authorization = new("Bearer", server.Token);
        http.DefaultRequestHeaders.UserAgent.ParseAdd("holdfast-bench");
    }

    /// <summary>Posts waves in order, everything of one wave 32 at a time.</summary>
    public async Task PostAsync(IEnumerable<IReadOnlyList<PreparedPost>> waves)
    {
        foreach (var wave in waves)
            await Parallel.ForEachAsync(
                wave,
                new ParallelOptions { MaxDegreeOfParallelism = 32 },
                async (post, cancellation) => await PostAsync(post, cancellation)
            );
    }

    private async Task PostAsync(PreparedPost post, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var content = new ByteArrayContent(post.Body)
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
            };
            using var answer = await http.PostAsync(new Uri(post.Path, UriKind.Relative), content, cancellation);
            var text = await answer.Content.ReadAsByteArrayAsync(cancellation);
            if (answer.IsSuccessStatusCode)
                return;
            // A type whose CRD was established a moment ago may not be served yet.
            if (answer.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.TooManyRequests) || attempt == 50)
                throw new InvalidOperationException(
                    $"POST {post.Path}: {(int)answer.StatusCode} {System.Text.Encoding.UTF8.GetString(text)}"
                );
            await Task.Delay(100, cancellation);
        }
    }

    private static X509ChainPolicy Trust(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    public void Dispose() => http.Dispose();
}
