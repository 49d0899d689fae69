using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.TestKit.Faults;

namespace Holdfast.TestKit.Stores;

/// <summary>
/// An HTTP proxy on loopback behind which Azure's blob endpoint is Azurite: for programs that build their URLs themselves
/// (https://ACCOUNT.blob.core.windows.net). It answers CONNECT, speaks TLS with a certificate of its own, and passes on what it reads;
/// Azurite takes the account from the Host header.
/// </summary>
public sealed class AzureFront : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly TestAuthority authority = TestAuthority.Create();
    private readonly X509Certificate2 certificate;
    private readonly FileInfo roots = new(Path.GetTempFileName());
    private readonly Uri azurite;
    private readonly Task accepting;

    public AzureFront(Azurite azurite)
    {
        this.azurite = new(azurite.Endpoint);
        certificate = authority.ForServer(["*.blob.core.windows.net"]);
        File.WriteAllText(roots.FullName, authority.Certificate.ExportCertificatePem());
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>By which a program finds the proxy and trusts it.</summary>
    public IReadOnlyDictionary<string, string> Variables =>
        new Dictionary<string, string> { ["HTTPS_PROXY"] = $"http://{listener.LocalEndpoint}", ["SSL_CERT_FILE"] = roots.FullName };

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        certificate.Dispose();
        authority.Dispose();
        roots.Delete();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                var plain = client.GetStream();
                await ReadHeadAsync(plain);
                await plain.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), stop.Token);
                await using var tls = new SslStream(plain);
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token);
                using var behind = new TcpClient();
                await behind.ConnectAsync(azurite.Host, azurite.Port, stop.Token);
                await using var raw = behind.GetStream();
                await Task.WhenAny(tls.CopyToAsync(raw, stop.Token), raw.CopyToAsync(tls, stop.Token));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }

    private async Task ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one, stop.Token) == 1)
            head.Append((char)one[0]);
    }
}
