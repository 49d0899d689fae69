using System.Net;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// One API server: its connections (HTTP/1.1, several, for reads; HTTP/2 for writes), its trust, its credentials, its retries. Thread-safe;
/// create one per cluster and keep it.
/// </summary>
public sealed class ClusterConnection : IDisposable
{
    private const int WholeReads = 3;

    /// <summary>How many bytes are read of an error response.</summary>
    private const int FailureBytes = 1 << 20;

    private readonly ClusterEndpoint endpoint;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly Credentials credentials;
    private readonly Transports transports;
    private readonly FaultMessages faults;
    private volatile bool everAnswered;
    private volatile bool isDisposed;
    private long throttled;

    /// <param name="endpoint">Where, and how to trust and authenticate.</param>
    /// <param name="time">Clock of back-off and expiry.</param>
    /// <param name="random">Of the back-off's jitter; null: the shared one.</param>
    public ClusterConnection(ClusterEndpoint endpoint, TimeProvider time, Random? random = null)
    {
        this.endpoint = endpoint;
        this.time = time;
        this.random = random ?? Random.Shared;
        var trust = new ServerTrust(endpoint);
        trust.WarmUp();
        credentials = new(endpoint);
        transports = new(endpoint, trust, time);
        faults = new(endpoint, trust, time);
    }

    public Uri Server => endpoint.Server;

    /// <summary>Limits on one answer.</summary>
    public AnswerLimits Limits => endpoint.Limits;

    /// <summary>Clock of back-off, stalls and expiry.</summary>
    public TimeProvider Time => time;

    /// <summary>Number of 429 answers so far, for callers that adapt their concurrency.</summary>
    public long Throttled => Interlocked.Read(ref throttled);

    /// <summary>
    /// Sends one request and returns once headers are read. Retries with jittered back-off what is transient: no connection, a connection
    /// cut before an answer and 429 or 503 with Retry-After within the endpoint's patience (5 s until the server has answered once: a wrong
    /// address is reported soon); 503 without Retry-After, and 500/502/504 of reads, five times in total, since a backend of the server may
    /// be down for good. Renews the credentials once on 401. The answer may have any status but 401 and the retried ones.
    /// </summary>
    /// <remarks>A write whose connection was cut may have been done: sent again it answers AlreadyExists, Conflict or NotFound.</remarks>
    /// <param name="request">
    /// Called for each attempt. A relative URI is below the server's URL; GETs go over HTTP/1.1 unless the request asks for more.
    /// </param>
    /// <exception cref="ClusterException">Unreachable, NotAuthenticated, Throttled or Broken, with the server and what to do.</exception>
    public Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellation) =>
        SendAsync(request, mayRepeat: true, cancellation);

    /// <summary>GETs a small JSON document, whole.</summary>
    /// <exception cref="ClusterException">Any status but 2xx, as its failure; TooLarge.</exception>
    public async Task<byte[]> GetAsync(string path, CancellationToken cancellation, string accept = "application/json")
    {
        var answer = await SendWholeAsync(() => Get(path, accept), cancellation);
        return answer.IsSuccess ? answer.Body : throw faults.OfAnswer(answer);
    }

    /// <summary>
    /// The response's body, which fails with <see cref="ClusterFailure.Broken"/> when it breaks off or stalls.
    /// </summary>
    public async Task<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        new StallGuardedStream(
            await response.Content.ReadAsStreamAsync(cancellation),
            endpoint.StallTimeout,
            time,
            faults.Describe(response)
        );

    /// <summary>Turns an error response into an exception with the server's message; reads its body.</summary>
    public async Task<ClusterException> FailureAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        faults.OfAnswer(await ReadWholeAsync(response, cancellation));

    /// <summary>
    /// As <see cref="SendAsync(Func{HttpRequestMessage}, CancellationToken)"/>, but a request that may have been done isn't sent again: it
    /// is repeated only when no connection was made, and on 429, 502 and 503.
    /// </summary>
    internal Task<HttpResponseMessage> SendOnceAsync(Func<HttpRequestMessage> request, CancellationToken cancellation) =>
        SendAsync(request, mayRepeat: false, cancellation);

    /// <summary>
    /// As <see cref="SendAsync(Func{HttpRequestMessage}, CancellationToken)"/>, with the body and with the retried statuses but 401 and 429
    /// returned too. If the body breaks off, the request is repeated.
    /// </summary>
    internal async Task<WholeAnswer> SendWholeAsync(Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var response = await ExchangeAsync(request, mayRepeat: true, cancellation);
            try
            {
                var answer = await ReadWholeAsync(response, cancellation);
                return answer.Code == 429 ? throw faults.OfAnswer(answer) : answer;
            }
            catch (ClusterException e) when (e.Failure == ClusterFailure.Broken && attempt < WholeReads)
            {
                await Task.Delay(Attempts.Jitter(random, attempt), time, cancellation);
            }
        }
    }

    /// <summary>Only the beginning of an error response is read: its message is there.</summary>
    internal async Task<WholeAnswer> ReadWholeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var (length, most) = (response.Content.Headers.ContentLength, response.IsSuccessStatusCode ? Limits.BodyBytes : FailureBytes);
        if (response.IsSuccessStatusCode && length > most)
            throw faults.OfTooLarge(response, most);
        await using var body = await OpenBodyAsync(response, cancellation);
        var (bytes, isWhole) = await WholeAnswer.ReadAsync(body, length, most, cancellation);
        return isWhole || !response.IsSuccessStatusCode ? new(response, bytes) : throw faults.OfTooLarge(response, most);
    }

    /// <summary>An error response that was read, as an exception with the server's message.</summary>
    internal ClusterException Failure(WholeAnswer answer) => faults.OfAnswer(answer);

    /// <summary>
    /// Closes the sockets that no request uses: for who won't need the cluster for a while. Requests that are running are completed, and
    /// later ones open sockets again.
    /// </summary>
    public void CloseIdle() => transports.CloseIdle();

    public void Dispose()
    {
        isDisposed = true;
        transports.Dispose();
        credentials.Dispose();
    }

    private static HttpRequestMessage Get(string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, bool mayRepeat, CancellationToken cancellation)
    {
        var response = await ExchangeAsync(request, mayRepeat, cancellation);
        if (!Attempts.MayPass(response))
            return response;
        using (response)
            throw await FailureAsync(response, cancellation);
    }

    private async Task<HttpResponseMessage> ExchangeAsync(Func<HttpRequestMessage> make, bool mayRepeat, CancellationToken cancellation)
    {
        var attempts = new Attempts(endpoint.Patience, time, random);
        Credential? refused = null;
        while (true)
        {
            var request = make();
            TimeSpan? wait;
            try
            {
                var credential = await credentials.GetAsync(refused, cancellation);
                var response = await AttemptAsync(request, credential, cancellation);
                if (response.StatusCode == HttpStatusCode.Unauthorized)
                {
                    using (response)
                        await RefuseAsync(response, credential, refused, cancellation);
                    refused = credential;
                    continue;
                }
                wait = attempts.After(mayRepeat ? request.Method : HttpMethod.Post, response);
                if (wait is null)
                    return response;
                response.Dispose();
            }
            catch (Exception e) when (FaultMessages.IsTransportFault(e) && !isDisposed)
            {
                // A connection that breaks while the caller cancels isn't a fault to report.
                cancellation.ThrowIfCancellationRequested();
                wait = FaultMessages.MayPass(e) && (mayRepeat || !FaultMessages.MayBeDone(e)) ? attempts.AfterFault(everAnswered) : null;
                if (wait is null)
                    throw faults.OfTransport(request, e);
            }
            await Task.Delay(wait.Value, time, cancellation);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, Credential credential, CancellationToken cancellation)
    {
        transports.Prepare(request, credential);
        // Admission webhooks may delay the answer to a write; the server gives up after a minute.
        var silence = request.Method == HttpMethod.Get ? endpoint.StallTimeout : endpoint.StallTimeout * 2;
        using var deadline = new CancellationTokenSource(silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        using var span = RequestTelemetry.Begin(request);
        var response = await transports.SendAsync(request, credential, either.Token);
        everAnswered = true;
        RequestTelemetry.Answered(span, response.StatusCode);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
            Interlocked.Increment(ref throttled);
        return response;
    }

    /// <summary>Returns when renewed credentials may help.</summary>
    private async Task RefuseAsync(
        HttpResponseMessage response,
        Credential credential,
        Credential? refusedBefore,
        CancellationToken cancellation
    )
    {
        if (refusedBefore is null && credentials.CanRenew)
            return;
        throw faults.OfRefusal(await ReadWholeAsync(response, cancellation), credential);
    }
}
