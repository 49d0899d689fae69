using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.TestKit.Faults;

namespace Holdfast.TestKit.Mail;

/// <param name="Envelope">What came before the data, in order: <c>MAIL FROM:...</c>, <c>RCPT TO:...</c>.</param>
/// <param name="Encrypted">It came over TLS.</param>
/// <param name="User">Who had signed in; null: no one.</param>
public sealed record ReceivedMail(IReadOnlyList<string> Envelope, string Data, bool Encrypted, string? User);

/// <summary>A mail server on loopback that keeps what it is sent: ESMTP with STARTTLS and AUTH PLAIN (RFC 5321, 3207, 4954).</summary>
public sealed class MailServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TestAuthority authority = TestAuthority.Create();
    private readonly X509Certificate2 certificate;
    private readonly CancellationTokenSource stop = new();
    private readonly Task accepting;
    private bool isDisposed;

    /// <param name="name">In its certificate.</param>
    public MailServer(string name = "localhost")
    {
        certificate = authority.ForServer([name]);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>In PEM.</summary>
    public string Authority => authority.Certificate.ExportCertificatePem();

    public ConcurrentQueue<ReceivedMail> Received { get; } = new();

    /// <summary>Every command that came, in order.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    public bool OffersTls { get; set; } = true;

    /// <summary>TLS from the first byte on.</summary>
    public bool IsTls { get; set; }

    public string Password { get; set; } = "secret";

    /// <summary>Answers to commands that begin so, in place of the server's own.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new(StringComparer.OrdinalIgnoreCase);

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        listener.Dispose();
        certificate.Dispose();
        authority.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new List<Task>();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                sessions.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }
        await Task.WhenAll(sessions);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var _ = client;
        try
        {
            Stream stream = client.GetStream();
            if (IsTls)
                stream = await SecureAsync(stream);
            using var session = new Session(this, stream, IsTls);
            await session.RunAsync(stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // the client is gone, or doesn't trust the server
        }
    }

    private async Task<SslStream> SecureAsync(Stream stream)
    {
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, stop.Token);
        return secure;
    }

    private sealed class Session(MailServer server, Stream accepted, bool isTls) : IDisposable
    {
        private readonly List<string> envelope = [];
        private Stream stream = accepted;
        private StreamReader reader = new(accepted, Encoding.UTF8);
        private bool isSecure = isTls;
        private string? user;

        public void Dispose() => reader.Dispose();

        public async Task RunAsync(CancellationToken stop)
        {
            await SayAsync("220 test ESMTP", stop);
            while (await reader.ReadLineAsync(stop) is { } line)
            {
                server.Commands.Enqueue(line);
                if (line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase))
                    return;
                await AnswerAsync(line, stop);
            }
        }

        private async Task AnswerAsync(string line, CancellationToken stop)
        {
            var verb = line.Split(' ')[0].ToUpperInvariant();
            if (server.Answers.FirstOrDefault(a => line.StartsWith(a.Key, StringComparison.OrdinalIgnoreCase)) is { Value: { } other })
                await SayAsync(other, stop);
            else if (verb == "EHLO")
                await SayAsync(Greeting(), stop);
            else if (verb == "STARTTLS")
                await BeginTlsAsync(stop);
            else if (verb == "AUTH")
                await SayAsync(SignIn(line), stop);
            else if (verb == "DATA")
                await TakeAsync(stop);
            else
            {
                if (verb is "MAIL" or "RCPT")
                    envelope.Add(line);
                await SayAsync("250 ok", stop);
            }
        }

        private string Greeting() =>
            isSecure ? "250-test\r\n250 AUTH PLAIN"
            : server.OffersTls ? "250-test\r\n250 STARTTLS"
            : "250 test";

        private async Task BeginTlsAsync(CancellationToken stop)
        {
            await SayAsync("220 ready", stop);
            stream = await server.SecureAsync(stream);
            reader = new(stream, Encoding.UTF8);
            isSecure = true;
        }

        private string SignIn(string line)
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0');
            if (parts[2] != server.Password)
                return "535 5.7.8 no";
            user = parts[1];
            return "235 ok";
        }

        private async Task TakeAsync(CancellationToken stop)
        {
            await SayAsync("354 go", stop);
            var data = new StringBuilder();
            while (await reader.ReadLineAsync(stop) is { } line && line != ".")
                data.Append(line.StartsWith('.') ? line[1..] : line).Append('\n');
            server.Received.Enqueue(new([.. envelope], data.ToString(), isSecure, user));
            await SayAsync("250 taken", stop);
        }

        private async Task SayAsync(string text, CancellationToken stop)
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes(text + "\r\n"), stop);
            await stream.FlushAsync(stop);
        }
    }
}
