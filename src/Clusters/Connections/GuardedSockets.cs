using System.Net;
using System.Net.Sockets;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// Opens the sockets to every address that a registration names, or that a kubeconfig or secret names which a registration names. What is
/// connected to is what was looked at: a name that leads elsewhere a moment later changes nothing.
/// </summary>
public static class GuardedSockets
{
    /// <param name="remoteOnly">None of <see cref="LocalAddresses"/> is connected to.</param>
    /// <returns>With TCP keep-alive: HTTP/1.1 has no ping, and a firewall that forgets a connection sends nothing.</returns>
    /// <exception cref="LocalAddressException">The host has addresses, and none of another machine.</exception>
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
    /// A handler that follows no redirect and connects to no local address, but to the proxy that this machine's environment names.
    /// </summary>
    /// <param name="server">Whose addresses are looked at.</param>
    public static SocketsHttpHandler HandlerFor(Uri server) =>
        new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = (context, cancellation) =>
                ConnectAsync(context.DnsEndPoint, !IsOwnProxy(server, context.DnsEndPoint.Host), cancellation),
        };

    /// <summary>The host is the proxy that this machine's environment names for a server; it may well be on this machine.</summary>
    internal static bool IsOwnProxy(Uri server, string host) =>
        HttpClient.DefaultProxy.GetProxy(server)?.IdnHost.Equals(host, StringComparison.OrdinalIgnoreCase) == true;

    private static async Task<IPAddress[]> RemoteAsync(string host, CancellationToken cancellation)
    {
        var addresses = await Dns.GetHostAddressesAsync(host, cancellation);
        var remote = addresses.Where(address => !LocalAddresses.Contains(address)).ToArray();
        return remote.Length > 0 || addresses.Length == 0 ? remote : throw new LocalAddressException(host, addresses[0]);
    }
}
