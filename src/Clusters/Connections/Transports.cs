using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// The HTTP handlers of a connection: one for the endpoint, and a new one whenever the client certificate is replaced, since TLS presents a
/// certificate per connection, not per request.
/// </summary>
internal sealed class Transports(ClusterEndpoint endpoint, ServerTrust trust, TimeProvider time) : IDisposable
{
    private const int ReadConnections = 32;

    /// <summary>How long a replaced transport stays usable for running requests: longer than any activity may take.</summary>
    private static readonly TimeSpan Retirement = TimeSpan.FromMinutes(30);

    /// <summary>Not curl's or a browser's: those get pretty-printed JSON, a quarter larger.</summary>
    private static readonly string UserAgent = $"holdfast/{typeof(Transports).Assembly.GetName().Version?.ToString(3)}";

    private readonly Lock replacing = new();
    private readonly Queue<(HttpMessageInvoker Invoker, long At)> retired = [];
    private readonly string prefix = endpoint.ToString();
    private volatile Transport? current;
    private volatile bool isDisposed;

    /// <summary>Sends a prepared request through the transport that presents this credential's certificate.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, Credential credential, CancellationToken cancellation)
    {
        while (true)
        {
            var invoker = For(credential);
            try
            {
                return await invoker.SendAsync(request, cancellation);
            }
            catch (ObjectDisposedException) when (!isDisposed && current?.Invoker != invoker)
            {
                // Closed as idle before the request had a socket: nothing was sent.
            }
        }
    }

    private HttpMessageInvoker For(Credential credential)
    {
        var transport = current;
        return transport is not null && ReferenceEquals(transport.Certificate, credential.Certificate)
            ? transport.Invoker
            : Replace(credential.Certificate);
    }

    /// <summary>Completes a request: whole URI, HTTP version, and the headers that every request carries.</summary>
    public void Prepare(HttpRequestMessage request, Credential credential)
    {
        if (request.RequestUri is { IsAbsoluteUri: false } path)
            request.RequestUri = new(prefix + path.OriginalString);
        if (request.Method != HttpMethod.Get)
            request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        var headers = request.Headers;
        headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (headers.Accept.Count == 0)
            headers.TryAddWithoutValidation("Accept", "application/json");
        if (credential.Token is { } token)
            headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        // The handler takes TLS' server name from this header.
        if (endpoint.TlsServerName is { } name)
            headers.Host = name;
        foreach (var (key, value) in endpoint.ExtraHeaders)
            headers.TryAddWithoutValidation(key, value);
    }

    /// <summary>
    /// Closes the connections that no request uses; one in use is closed after its answer was read. A later request opens its own.
    /// </summary>
    public void CloseIdle()
    {
        lock (replacing)
        {
            var idle = current;
            current = null;
            idle?.Invoker.Dispose();
        }
    }

    public void Dispose()
    {
        isDisposed = true;
        current?.Invoker.Dispose();
        foreach (var transport in retired)
            transport.Invoker.Dispose();
    }

    private HttpMessageInvoker Replace(X509Certificate2? certificate)
    {
        lock (replacing)
        {
            if (current is { } transport)
            {
                if (ReferenceEquals(transport.Certificate, certificate))
                    return transport.Invoker;
                retired.Enqueue((transport.Invoker, time.GetTimestamp()));
                while (retired.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= Retirement)
                    retired.Dequeue().Invoker.Dispose();
            }
            current = new(certificate, new(MakeHandler(certificate)));
            return current.Invoker;
        }
    }

    private SocketsHttpHandler MakeHandler(X509Certificate2? certificate)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            // Compression costs a server more time than it saves, except over slow links.
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A load balancer's address may change; a certificate may expire; both are noticed at the next connection.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
            // A process that captures hundreds of clusters in turn must not keep sockets open to all of them; reconnecting costs a few
            // round trips.
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1),
            MaxConnectionsPerServer = ReadConnections,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            // API servers get no trace headers, which also saves the cost of making them.
            ActivityHeadersPropagator = null,
            SslOptions = trust.Options(certificate),
            ConnectCallback = ConnectAsync,
        };
        Route(handler);
        return handler;
    }

    private void Route(SocketsHttpHandler handler)
    {
        if (endpoint.Proxy is { } proxy)
            handler.Proxy = ProxyOf(proxy);
        else
            handler.UseProxy = !endpoint.Server.IsLoopback;
    }

    private static WebProxy ProxyOf(Uri proxy)
    {
        var address = new UriBuilder(proxy) { UserName = "", Password = "" }.Uri;
        var user = Uri.UnescapeDataString(proxy.UserInfo).Split(':', 2);
        return new(address) { Credentials = user[0].Length == 0 ? null : new NetworkCredential(user[0], user.Length > 1 ? user[1] : "") };
    }

    private ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation) =>
        GuardedSockets.ConnectAsync(
            context.DnsEndPoint,
            endpoint.LocalAddressAdvice is not null && !IsOwnProxy(context.DnsEndPoint.Host),
            cancellation
        );

    private bool IsOwnProxy(string host) =>
        endpoint.Proxy is null && !endpoint.Server.IsLoopback && GuardedSockets.IsOwnProxy(endpoint.Server, host);

    private sealed record Transport(X509Certificate2? Certificate, HttpMessageInvoker Invoker);
}
