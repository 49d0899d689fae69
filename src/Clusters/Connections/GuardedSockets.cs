using System.Net;
using System.Net.Sockets;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// Opens the sockets to addresses that come from a registration, or from the kubeconfig or secret that it names. It connects to the address
/// that it checked: a name that resolves differently a moment later has no effect.
/// </summary>
public static class GuardedSockets
{
    /// <param name="remoteOnly">Refuses <see cref="LocalAddresses"/>.</param>
    /// <returns>With TCP keep-alive: HTTP/1.1 has no ping, and a firewall that drops a connection doesn't report it.</returns>
    /// <exception cref="LocalAddressException">The host has only local addresses.</exception>
    public static async ValueTask<Stream> ConnectAsync(DnsEndPoint host, bool remoteOnly, CancellationToken cancellation)
    {
        var addresses = remoteOnly ? await RemoteAsync(host.Host, cancellation) : null;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
            if (addresses is null)
                await socket.ConnectAsync(host, cancellation);
            else
                await socket.ConnectAsync(addresses, host.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A handler that doesn't follow redirects or connect to local addresses, except to the proxy of this machine's environment.
    /// </summary>
    /// <param name="server">The server whose addresses are checked.</param>
    public static SocketsHttpHandler HandlerFor(Uri server) =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = (context, cancellation) =>
                ConnectAsync(context.DnsEndPoint, !IsOwnProxy(server, context.DnsEndPoint.Host), cancellation),
        };

    /// <summary>The host is the proxy of this machine's environment for a server; it may be on this machine.</summary>
    internal static bool IsOwnProxy(Uri server, string host) =>
        HttpClient.DefaultProxy.GetProxy(server)?.IdnHost.Equals(host, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<IPAddress[]> RemoteAsync(string host, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        var remote = addresses.Where(address => !LocalAddresses.Contains(address)).ToArray();
        return remote.Length > 0 || addresses.Length == 0 ? remote : throw new LocalAddressException(host, addresses[0]);
    }
}
