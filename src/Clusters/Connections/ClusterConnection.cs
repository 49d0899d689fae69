using System.Net;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// One API server: its connections (HTTP/1.1, several, for reads; HTTP/2 for writes), its trust, its credentials, its retries. Thread-safe;
/// make one a cluster and keep it.
/// </summary>
public sealed class ClusterConnection : IDisposable
{
    private const int WholeReads = 3;

    /// <summary>How much is read of an answer that isn't a success.</summary>
    private const int FailureBytes = 1 << 20;

    private readonly ClusterEndpoint endpoint;
    private readonly TimeProvider time;
    private readonly Random random;
    private readonly Credentials credentials;
    private readonly Transports transports;
    private readonly FaultMessages faults;
    private volatile bool everAnswered;
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

    /// <summary>How much is read of one answer.</summary>
    public AnswerLimits Limits => endpoint.Limits;

    /// <summary>Clock of back-off, stalls and expiry.</summary>
    public TimeProvider Time => time;

    /// <summary>Answers 429 so far: what a caller with many requests in flight adapts to.</summary>
    public long Throttled => Interlocked.Read(ref throttled);

    /// <summary>
    /// Sends one request and returns once headers are read. Retries with jittered back-off what is transient: no connection, a connection
    /// cut before an answer and 429 or 503 with Retry-After within the endpoint's patience (5 s until the server has answered once: a wrong
    /// address is told soon); 503 without, and 500/502/504 of reads, five times in all, since what stands behind the server may be down for
    /// good. Renews the credentials once on 401. The answer may have any status but 401 and the retried ones.
    /// </summary>
    /// <remarks>A write whose connection was cut may have been done: sent again it answers AlreadyExists, Conflict or NotFound.</remarks>
    /// <param name="request">
    /// Made anew for each attempt. A relative URI is below the server's URL; GETs go over HTTP/1.1 unless the request asks for more.
    /// </param>
    /// <exception cref="ClusterException">Unreachable, NotAuthenticated, Throttled or Broken, with the server and what to do.</exception>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        var response = await ExchangeAsync(request, cancellation);
        if (!Attempts.MayPass(response))
            return response;
        using (response)
            throw await FailureAsync(response, cancellation);
    }

    /// <summary>GETs a small JSON document, whole.</summary>
    /// <exception cref="ClusterException">Any status but 2xx, as its failure; TooLarge.</exception>
    public async Task<byte[]> GetAsync(string path, CancellationToken cancellation, string accept = "application/json")
    {
        var answer = await SendWholeAsync(() => Get(path, accept), cancellation);
        return answer.IsSuccess ? answer.Body : throw faults.OfAnswer(answer);
    }

    /// <summary>
    /// The response's body, which fails with <see cref="ClusterFailure.Broken"/> when it is cut or brings nothing for a while.
    /// </summary>
    public async Task<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        new StallGuardedStream(
            await response.Content.ReadAsStreamAsync(cancellation),
            endpoint.StallTimeout,
            time,
            faults.Describe(response)
        );

    /// <summary>What a response that isn't a success means, with the server's own words; reads its body.</summary>
    public async Task<ClusterException> FailureAsync(HttpResponseMessage response, CancellationToken cancellation) =>
        faults.OfAnswer(await ReadWholeAsync(response, cancellation));

    /// <summary>
    /// As <see cref="SendAsync"/>, with the body and with the retried statuses but 401 and 429 handed back. A body that breaks off is asked
    /// for again.
    /// </summary>
    internal async Task<WholeAnswer> SendWholeAsync(Func<HttpRequestMessage> request, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var response = await ExchangeAsync(request, cancellation);
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

    public void Dispose()
    {
        transports.Dispose();
        credentials.Dispose();
    }

    private static HttpRequestMessage Get(string path, string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return request;
    }

    private async Task<HttpResponseMessage> ExchangeAsync(Func<HttpRequestMessage> make, CancellationToken cancellation)
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
                wait = attempts.After(request.Method, response);
                if (wait is null)
                    return response;
                response.Dispose();
            }
            catch (Exception e) when (FaultMessages.IsTransportFault(e))
            {
                // A connection may break in the moment in which the caller gives up: that is no fault to tell.
                cancellation.ThrowIfCancellationRequested();
                wait = FaultMessages.MayPass(e) ? attempts.AfterFault(everAnswered) : null;
                if (wait is null)
                    throw faults.OfTransport(request, e);
            }
            await Task.Delay(wait.Value, time, cancellation);
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, Credential credential, CancellationToken cancellation)
    {
        transports.Prepare(request, credential);
        // Admission webhooks may take their time before a write is answered; the server itself gives up after a minute.
        var silence = request.Method == HttpMethod.Get ? endpoint.StallTimeout : endpoint.StallTimeout * 2;
        using var deadline = new CancellationTokenSource(silence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        using var span = RequestTelemetry.Begin(request);
        var response = await transports.For(credential).SendAsync(request, either.Token);
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

    /// <summary>Of a failure, only the beginning: what there is to tell of it stands there.</summary>
    private async Task<WholeAnswer> ReadWholeAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var (length, most) = (response.Content.Headers.ContentLength, response.IsSuccessStatusCode ? Limits.BodyBytes : FailureBytes);
        if (response.IsSuccessStatusCode && length > most)
            throw faults.OfTooLarge(response, most);
        await using var body = await OpenBodyAsync(response, cancellation);
        var (bytes, isWhole) = await WholeAnswer.ReadAsync(body, length, most, cancellation);
        return isWhole || !response.IsSuccessStatusCode ? new(response, bytes) : throw faults.OfTooLarge(response, most);
    }
}
