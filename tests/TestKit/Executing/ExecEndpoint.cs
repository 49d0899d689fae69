using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Holdfast.TestKit.Executing;

/// <summary>
/// A server on loopback that takes exec as an API server does (<c>/api/v1/namespaces/NS/pods/POD/exec</c>) and as a kubelet does
/// (<c>/exec/NS/POD/CONTAINER</c>), over websockets with the protocols v4 and v5, and answers by a test's script.
/// </summary>
/// <remarks>
/// Behaves as k8s.io/apiserver's wsstream and kubelet's remotecommand do: an empty message on each channel at first, output on channels 1
/// and 2, one Status on channel 3, then a close. SPDY isn't served.
/// </remarks>
public sealed class ExecEndpoint : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Func<ExecCall, ScriptedExec> script;
    private readonly string[] protocols;
    private readonly Forwarding forwarding = new();
    private long outputBytes;

    private ExecEndpoint(Func<ExecCall, ScriptedExec> script, X509Certificate2? certificate, string[] protocols)
    {
        this.script = script;
        this.protocols = protocols;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder
            .WebHost.UseKestrelHttpsConfiguration()
            .ConfigureKestrel(options =>
                options.Listen(
                    IPAddress.Loopback,
                    0,
                    listen =>
                    {
                        listen.Protocols = HttpProtocols.Http1;
                        if (certificate is not null)
                            listen.UseHttps(certificate);
                    }
                )
            );
        app = builder.Build();
        app.UseWebSockets();
        app.Run(AnswerAsync);
    }

    public Uri Url => new(app.Urls.First());

    public ClusterEndpoint Endpoint => Behind is null ? new() { Server = Url } : Behind.Endpoint with { Server = Url, TrustedRoots = null };

    /// <summary>Set: a cluster that has no exec of its own, to which everything else is forwarded. Watches aren't.</summary>
    public ITestCluster? Behind { get; set; }

    /// <summary>In the order in which they came, refused ones too.</summary>
    public ConcurrentQueue<ExecCall> Calls { get; } = new();

    /// <summary>Bytes of output that were sent, over all commands.</summary>
    public long OutputBytes => Interlocked.Read(ref outputBytes);

    /// <summary>The answer to <c>GET /api/v1/pods</c> and that of a namespace.</summary>
    public string Pods { get; set; } = """{ "kind": "PodList", "apiVersion": "v1", "metadata": { "resourceVersion": "1" }, "items": [] }""";

    /// <param name="certificate">Null: plain HTTP.</param>
    /// <param name="protocols">What the server speaks; none: versions 5 and 4.</param>
    public static async Task<ExecEndpoint> StartAsync(
        Func<ExecCall, ScriptedExec> script,
        X509Certificate2? certificate = null,
        params string[] protocols
    )
    {
        var endpoint = new ExecEndpoint(script, certificate, protocols.Length > 0 ? protocols : ["v5.channel.k8s.io", "v4.channel.k8s.io"]);
        await endpoint.app.StartAsync();
        return endpoint;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        forwarding.Dispose();
    }

    private Task AnswerAsync(HttpContext context)
    {
        var segments = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return segments switch
        {
            ["api", "v1", "namespaces", var ns, "pods", var pod, "exec"] => ExecAsync(context, ns, pod, Query(context, "container")[0]),
            ["exec", var ns, var pod, var container] => ExecAsync(context, ns, pod, container),
            _ when Behind is not null => forwarding.SendAsync(context, Behind.Endpoint.Server),
            ["api", "v1", "pods"] or ["api", "v1", "namespaces", _, "pods"] => AnswerAsync(context, 200, Pods),
            _ => AnswerAsync(context, 404, "404 page not found"),
        };
    }

    private async Task ExecAsync(HttpContext context, string ns, string pod, string container)
    {
        var offered = context.WebSockets.WebSocketRequestedProtocols;
        var call = new ExecCall(ns, pod, container, Query(context, "command"), [.. offered]);
        Calls.Enqueue(call);
        var exec = script(call);
        if (exec.Refusal is var (code, body))
        {
            await AnswerAsync(context, code, body);
            return;
        }
        if ((exec.Protocol ?? offered.FirstOrDefault(p => protocols.Contains(p))) is not { } protocol)
        {
            await AnswerAsync(context, 403, "unable to upgrade: no protocol in common");
            return;
        }
        using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var closing = WatchForCloseAsync(socket, gone);
        try
        {
            await RunAsync(socket, exec, context, gone.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // The client has gone.
        }
        // The client closes first: cancelling the receive would abort the connection, and what was sent last might not arrive.
        await closing;
    }

    private async Task RunAsync(WebSocket socket, ScriptedExec exec, HttpContext context, CancellationToken gone)
    {
        foreach (var channel in new byte[] { 1, 2, 3 })
            await SendAsync(socket, channel, "", gone);
        await SendAsync(socket, 1, exec.Stdout, gone);
        await SendAsync(socket, 2, exec.Stderr, gone);
        await exec.Until(gone);
        while (exec.End == ExecEnd.Endless)
            await SendAsync(socket, 1, new string('x', 32 << 10), gone);
        if (exec.End == ExecEnd.Cut)
        {
            // An abort discards what wasn't sent yet.
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, gone);
            context.Abort();
            return;
        }
        if (exec.End != ExecEnd.WithoutStatus)
            await SendAsync(socket, 3, exec.Status ?? StatusOf(exec.ExitCode), gone);
        if (exec.End == ExecEnd.LeftOpen)
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, gone);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, gone);
    }

    /// <summary>Long texts in several frames, as a server may send them.</summary>
    private async Task SendAsync(WebSocket socket, byte channel, string text, CancellationToken gone)
    {
        byte[] message = [channel, .. Encoding.UTF8.GetBytes(text)];
        var half = message.Length / 2;
        if (half > 1)
            await socket.SendAsync(message.AsMemory(0, half), WebSocketMessageType.Binary, endOfMessage: false, gone);
        await socket.SendAsync(half > 1 ? message.AsMemory(half) : message, WebSocketMessageType.Binary, endOfMessage: true, gone);
        Interlocked.Add(ref outputBytes, message.Length - 1);
    }

    private static async Task WatchForCloseAsync(WebSocket socket, CancellationTokenSource gone)
    {
        try
        {
            var buffer = new byte[1024];
            while ((await socket.ReceiveAsync(buffer.AsMemory(), gone.Token)).MessageType != WebSocketMessageType.Close) { }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or IOException)
        {
            // Cut, or done.
        }
        await gone.CancelAsync();
    }

    private static string StatusOf(int exitCode) =>
        exitCode == 0
            ? """{ "metadata": {}, "status": "Success" }"""
            : $$"""
                { "metadata": {}, "status": "Failure", "message": "command terminated with non-zero exit code", "reason": "NonZeroExitCode",
                  "details": { "causes": [ { "reason": "ExitCode", "message": "{{exitCode}}" } ] } }
                """;

    private static string[] Query(HttpContext context, string name) => [.. context.Request.Query[name].Select(v => v ?? "")];

    private static Task AnswerAsync(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = body.StartsWith('{') ? "application/json" : "text/plain";
        return context.Response.WriteAsync(body);
    }
}
