namespace Holdfast.Clusters.Connections;

/// <summary>Gives the bearer token of the next request; null for none. Called for every request: caching and renewal are its own. Thread-safe.</summary>
/// <param name="renew">The last token was refused with 401: fetch another one.</param>
public delegate ValueTask<string?> TokenSource(bool renew, CancellationToken cancellation);

/// <summary>
/// One API server: one long-lived handler for reads (HTTP/1.1, several connections) and one for writes (HTTP/2), its trust, its credentials, its retries. Thread-safe.
/// </summary>
public sealed class ClusterConnection : IDisposable
{
    /// <param name="endpoint">Where, and how to trust and authenticate.</param>
    /// <param name="time">Clock of back-off and expiry.</param>
    public ClusterConnection(ClusterEndpoint endpoint, TimeProvider time) => throw new NotImplementedException();

    public Uri Server => throw new NotImplementedException();

    /// <summary>How long a response's body may bring no byte: who streams one watches it.</summary>
    public TimeSpan StallTimeout => throw new NotImplementedException();

    /// <summary>Clock of back-off, stalls and expiry.</summary>
    public TimeProvider Time => throw new NotImplementedException();

    /// <summary>
    /// Sends one request and returns once headers are read. Retries with jittered back-off what is transient (connect failures, 429 and 503 honouring Retry-After, 500/502/504
    /// of reads) within the endpoint's patience; renews the token once on 401. The answer may have any status but 401 and the retried ones.
    /// </summary>
    /// <param name="request">Made anew for each attempt.</param>
    /// <exception cref="ClusterException">Unreachable, NotAuthenticated, Throttled or Broken, with the server and what to do.</exception>
    public Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>GETs a small JSON document, whole.</summary>
    /// <exception cref="ClusterException">Any status but 2xx, as its failure.</exception>
    public Task<byte[]> GetAsync(string path, CancellationToken cancellation) => throw new NotImplementedException();

    public void Dispose() => throw new NotImplementedException();
}
