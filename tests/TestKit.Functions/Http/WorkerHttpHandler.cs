using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.TestKit.Functions.Http;

/// <summary>
/// Connects to a worker's HTTP port. A worker has loaded its functions before it listens, so a refused connection is tried again for some
/// seconds, as the Functions host does.
/// </summary>
internal sealed class WorkerHttpHandler()
    : DelegatingHandler(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = DistributedContextPropagator.CreateNoOutputPropagator(),
        }
    )
{
    private const int Attempts = 100;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await base.SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException refused)
                when (attempt < Attempts && refused.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused })
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }
}
