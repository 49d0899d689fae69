using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Executing;

/// <summary>
/// Runs commands in containers through the API server, over a websocket of the cluster's own connection (its trust, credentials and
/// proxies). Thread-safe.
/// </summary>
/// <remarks>
/// Protocol: https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-websocket and
/// https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets. Needs the verb
/// <c>get</c> on pods/exec, and from Kubernetes 1.35 on also <c>create</c>. KubernetesClient's demultiplexer isn't used:
/// docs/decisions/0002-rest-client.md says why.
/// </remarks>
public sealed class PodExec(ClusterConnection connection)
{
    /// <summary>The newest first: version 5 adds the end of single channels, which matters only to a command's input.</summary>
    private static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    /// <summary>Fixed by RFC 6455, section 1.3.</summary>
    private const string AcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <summary>
    /// Runs the command once and waits until it has ended. It is not started again where it may have been started: a connection that breaks
    /// is an error, and the command may be running or done.
    /// </summary>
    /// <param name="timeout">Of everything: connecting, starting and running.</param>
    /// <exception cref="ClusterException">
    /// The command wasn't started (Forbidden, NotFound, NotAuthenticated, Unreachable, ...), or the connection broke before the result came
    /// (Broken). Holds nothing of the command or of its output.
    /// </exception>
    /// <exception cref="OperationCanceledException">By the caller. The command may still be running.</exception>
    public async Task<CommandResult> RunAsync(ContainerCommand command, TimeSpan timeout, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(timeout, connection.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        var channels = new ExecChannels(command, connection.Time);
        try
        {
            using var response = await UpgradeAsync(command, either.Token);
            using var socket = await OpenAsync(response, command, either.Token);
            return await channels.ReadAsync(socket, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            return new(null, null, TimedOut: true, channels.Output());
        }
    }

    private async Task<HttpResponseMessage> UpgradeAsync(ContainerCommand command, CancellationToken cancellation)
    {
        var path = command.Path();
        var response = await connection.SendOnceAsync(() => Upgrade(path), cancellation);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            return response;
        using (response)
            throw await RefusalAsync(response, command, cancellation);
    }

    private static HttpRequestMessage Upgrade(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = HttpVersion.Version11 };
        var headers = request.Headers;
        headers.Add("Connection", "Upgrade");
        headers.Add("Upgrade", "websocket");
        headers.Add("Sec-WebSocket-Version", "13");
        headers.Add("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16)));
        headers.Add("Sec-WebSocket-Protocol", string.Join(", ", Protocols));
        return request;
    }

    private static async Task<WebSocket> OpenAsync(HttpResponseMessage response, ContainerCommand command, CancellationToken cancellation)
    {
        var protocol = Header(response, "Sec-WebSocket-Protocol");
        if (!Protocols.Contains(protocol, StringComparer.Ordinal) || !IsAccepted(response))
            throw NotSpoken(command, "it answered the websocket's handshake with another protocol");
        var options = new WebSocketCreationOptions { SubProtocol = protocol, KeepAliveInterval = TimeSpan.FromSeconds(30) };
        return WebSocket.CreateFromStream(await response.Content.ReadAsStreamAsync(cancellation), options);
    }

    private static bool IsAccepted(HttpResponseMessage response)
    {
        var key = Header(response.RequestMessage!, "Sec-WebSocket-Key");
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1 as a proof that the server speaks websocket, not for security.
        var expected = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + AcceptSuffix)));
#pragma warning restore CA5350
        return Header(response, "Sec-WebSocket-Accept") == expected;
    }

    /// <summary>An answer other than the upgrade: nothing was started.</summary>
    private async Task<ClusterException> RefusalAsync(
        HttpResponseMessage response,
        ContainerCommand command,
        CancellationToken cancellation
    )
    {
        var answer = await connection.ReadWholeAsync(response, cancellation);
        var status = StatusDocument.Parse(answer.Body);
        // Kubelets answer a handshake that they can't take with 400 or 403 and a text; the API server's own refusals are documents.
        if (answer.IsSuccess || (answer.Code is 403 && status.Reason is null))
            return NotSpoken(command, $"it answered {answer.Code}{(status.Message is { } text ? $": {text.TrimEnd('.')}" : "")}");
        if (answer.Code is 400)
            return new(ClusterFailure.Broken, $"The cluster refused to run a command in {command}: {status.Message ?? "400"}")
            {
                IsTransient = false,
            };
        return connection.Failure(answer);
    }

    private static ClusterException NotSpoken(ContainerCommand command, string why) =>
        new(
            ClusterFailure.Broken,
            $"The cluster can't run a command in {command} over a websocket: {why}. Check that no proxy on the way removes the headers "
                + "Connection and Upgrade, and that the API server and the node's kubelet speak v4.channel.k8s.io"
        )
        {
            IsTransient = false,
        };

    private static string? Header(HttpResponseMessage response, string name) => First(response.Headers, name);

    private static string? Header(HttpRequestMessage request, string name) => First(request.Headers, name);

    private static string? First(System.Net.Http.Headers.HttpHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
