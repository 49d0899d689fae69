using System.Collections.Concurrent;
using System.Net;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Holdfast.TestKit.Faults;

/// <summary>
/// A proxy on a loopback port in front of a test cluster that makes chosen requests fail; all others pass unchanged, including streams. It
/// speaks plain HTTP to the client, so no HTTP/2; the client's credentials are forwarded, so the API server decides on them as always. It
/// also records requests.
/// </summary>
public sealed class FaultProxy : ITestCluster
{
    private static readonly string[] HopByHop = ["Host", "Connection", "Transfer-Encoding", "Keep-Alive", "Upgrade", "Content-Length"];

    private readonly ITestCluster upstream;
    private readonly WebApplication app;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("holdfast-proxy-");
    private readonly CancellationTokenSource ended = new();
    private readonly Lock choosing = new();
    private readonly List<Rule> rules = [];
    private readonly HttpMessageInvoker server = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxConnectionsPerServer = 64,
            ActivityHeadersPropagator = null,
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        }
    );

    private FaultProxy(ITestCluster upstream)
    {
        this.upstream = upstream;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(Configure);
        app = builder.Build();
        app.Run(PassAsync);
    }

    public bool IsReal => upstream.IsReal;

    public ClusterEndpoint Endpoint { get; private set; } = null!;

    /// <remarks>For Holdfast: kubectl sends no token over plain HTTP.</remarks>
    public string KubeconfigPath => Path.Combine(folder.FullName, "kubeconfig");

    /// <summary>Every request so far, in the order of arrival.</summary>
    public ConcurrentQueue<ProxiedRequest> Requests { get; } = new();

    /// <summary>Starts a proxy; dispose it before the cluster behind it.</summary>
    public static async Task<FaultProxy> StartAsync(ITestCluster upstream)
    {
        var proxy = new FaultProxy(upstream);
        await proxy.app.StartAsync();
        var address = new Uri(proxy.app.Urls.First());
        proxy.Endpoint = upstream.Endpoint with { Server = address, TrustedRoots = null };
        await proxy.WriteKubeconfigAsync(address);
        return proxy;
    }

    /// <summary>Makes matching requests fail; the first rule that isn't used up applies.</summary>
    /// <param name="matching">Null: every request.</param>
    /// <param name="first">The number, from 1, of the first matching request that fails.</param>
    /// <param name="times">How many from there on.</param>
    public void Inject(Fault fault, Func<ProxiedRequest, bool>? matching = null, int first = 1, int times = 1)
    {
        lock (choosing)
            rules.Add(new(fault, matching ?? (_ => true), first, times));
    }

    /// <summary>Removes all rules.</summary>
    public void Heal()
    {
        lock (choosing)
            rules.Clear();
    }

    public Task CompactAsync() => upstream.CompactAsync();

    public async ValueTask DisposeAsync()
    {
        await ended.CancelAsync();
        await app.DisposeAsync();
        server.Dispose();
        ended.Dispose();
        folder.Delete(recursive: true);
    }

    private static void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinResponseDataRate = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Listen(IPAddress.Loopback, 0);
    }

    private async Task PassAsync(HttpContext context)
    {
        var request = ProxiedRequest.Of(context.Request);
        Requests.Enqueue(request);
        var fault = FaultFor(request);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ended.Token);
        try
        {
            await (fault?.Before(over.Token) ?? Task.CompletedTask);
            if (fault?.IsDeed == true)
                fault = FaultFor(request);
            if (fault?.Instead is { } instead)
                await AnswerAsync(context.Response, instead, over.Token);
            else
                await ForwardAsync(context, fault, over.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            context.Abort();
        }
    }

    private Fault? FaultFor(ProxiedRequest request)
    {
        lock (choosing)
            return rules.Find(r => r.Takes(request))?.Fault;
    }

    private static async Task AnswerAsync(
        HttpResponse response,
        (int Status, string Body, (string Name, string Value)[] Headers) answer,
        CancellationToken cancellation
    )
    {
        response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        await response.WriteAsync(answer.Body, cancellation);
    }

    private async Task ForwardAsync(HttpContext context, Fault? fault, CancellationToken cancellation)
    {
        using var request = Copy(context.Request);
        using var response = await server.SendAsync(request, cancellation);
        if (fault?.CutsBeforeHeaders == true)
        {
            context.Abort();
            return;
        }
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!HopByHop.Contains(name, StringComparer.OrdinalIgnoreCase))
                context.Response.Headers[name] = values.ToArray();
        }
        // Fewer bytes than announced: Kestrel delivers them and then closes the connection.
        context.Response.ContentLength = fault?.Bytes is { } let ? let + 1 : response.Content.Headers.ContentLength;
        await StreamAsync(await response.Content.ReadAsStreamAsync(cancellation), context.Response, fault, cancellation);
    }

    private static async Task StreamAsync(Stream from, HttpResponse to, Fault? fault, CancellationToken cancellation)
    {
        await to.StartAsync(cancellation);
        var buffer = new byte[64 * 1024];
        var left = fault?.Bytes ?? long.MaxValue;
        int read;
        while (left > 0 && (read = await from.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellation)) > 0)
        {
            await to.Body.WriteAsync(buffer.AsMemory(0, read), cancellation);
            await to.Body.FlushAsync(cancellation);
            left -= read;
        }
        if (fault?.Stalls == true)
            await Task.Delay(Timeout.Infinite, cancellation);
    }

    private HttpRequestMessage Copy(HttpRequest request)
    {
        var target =
            upstream.Endpoint.ToString()
            + request.HttpContext.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        var copy = new HttpRequestMessage(HttpMethod.Parse(request.Method), target);
        if (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0)
        {
            copy.Content = new StreamContent(request.Body);
            copy.Content.Headers.ContentLength = request.ContentLength;
        }
        foreach (var (name, values) in request.Headers)
        {
            if (!HopByHop.Contains(name, StringComparer.OrdinalIgnoreCase) && !copy.Headers.TryAddWithoutValidation(name, values.ToArray()))
                copy.Content?.Headers.TryAddWithoutValidation(name, values.ToArray());
        }
        return copy;
    }

    private async Task WriteKubeconfigAsync(Uri address)
    {
        var token = upstream.Endpoint.Token is { } source ? await source(renew: false, CancellationToken.None) : null;
        await File.WriteAllTextAsync(
            KubeconfigPath,
            $$$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: local, cluster: {server: "{{{address}}}"}}]
            users: [{name: admin, user: {token: "{{{token}}}"}}]
            contexts: [{name: local, context: {cluster: local, user: admin}}]
            current-context: local
            """
        );
    }

    private sealed class Rule(Fault fault, Func<ProxiedRequest, bool> matching, int first, int times)
    {
        private int seen;

        public Fault Fault => fault;

        public bool Takes(ProxiedRequest request)
        {
            if (seen >= first - 1 + times || !matching(request))
                return false;
            return ++seen >= first;
        }
    }
}
