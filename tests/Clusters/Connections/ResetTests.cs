using System.Net;
using System.Net.Sockets;
using Holdfast.Clusters.Connections;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class ResetTests
{
    [Fact]
    public async Task A_connection_that_is_reset_instead_of_an_answer_is_broken_not_unreachable()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var resetting = ResetAllAsync(listener);
        var server = new Uri($"http://{listener.LocalEndpoint}");
        using var connection = new ClusterConnection(
            new() { Server = server, Patience = TimeSpan.FromMilliseconds(200) },
            TimeProvider.System,
            new NoJitter()
        );

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));
        listener.Stop();
        await resetting;

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Contains("GET /api", failure.Message);
        Assert.Contains("the connection broke before an answer came", failure.Message);
    }

    /// <summary>Takes each request and resets its connection, until the listener is stopped.</summary>
    private static async Task ResetAllAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                using var socket = await listener.AcceptSocketAsync();
                _ = await socket.ReceiveAsync(new byte[4096]);
                socket.LingerState = new(true, 0);
            }
        }
        catch (SocketException)
        {
            // stopped
        }
    }
}
