using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Clusters.Connections;
using Holdfast.Control.Notifications;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Holdfast.Functions.Mail;

/// <summary>
/// Hands mail to its server, over TLS: from the first byte on, or after STARTTLS (RFC 3207), without which neither the password nor the
/// mail is sent. Thread-safe.
/// </summary>
internal static class SmtpSender
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <exception cref="NotificationException">The server didn't take it; holds nothing of what the server says but its status.</exception>
    public static async Task SendAsync(OutgoingMail mail, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            await SendWithinAsync(mail, limit.Token);
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new NotificationException($"the mail server doesn't answer within {Patience.TotalSeconds} seconds", late);
        }
        catch (Exception fault) when (Why(fault) is { } why)
        {
            throw new NotificationException(why, fault);
        }
    }

    private static async Task SendWithinAsync(OutgoingMail mail, CancellationToken cancellation)
    {
        var server = mail.Server;
        using var message = Message(mail);
        await using var socket = await GuardedSockets.ConnectAsync(new(server.Host, server.Port), !mail.MayBeLocal, cancellation);
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        if (server.CertificateAuthority is { } authority)
            client.ServerCertificateValidationCallback = (_, certificate, sent, errors) => IsIssuedBy(authority, certificate, sent, errors);
        var security = server.Tls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTls;
        await client.ConnectAsync(socket, server.Host, server.Port, security, cancellation);
        if (server.User is { } user)
            await client.AuthenticateAsync(user, mail.Password ?? "", cancellation);
        await client.SendAsync(message, cancellation);
        await client.DisconnectAsync(quit: true, cancellation);
    }

    /// <summary>The id is the same each time, so that a mail which arrives twice is known. No machine answers it (RFC 3834).</summary>
    private static MimeMessage Message(OutgoingMail mail)
    {
        var from = MailboxAddress.Parse(mail.Server.From);
        var message = new MimeMessage
        {
            MessageId = $"{mail.Id}@{from.Domain}",
            Date = mail.At,
            Subject = mail.Subject,
            Body = new TextPart("plain") { Text = mail.Text },
        };
        message.From.Add(from);
        message.To.AddRange(mail.Server.To.Select(MailboxAddress.Parse));
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    /// <summary>The name must be the server's in any case.</summary>
    private static bool IsIssuedBy(string authority, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(authority);
        // An unverified certificate names no address that is asked; the server sends its intermediate certificates.
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        return chain.Build(server);
    }

    /// <summary>Null: nothing that a mail server may do.</summary>
    private static string? Why(Exception fault) =>
        fault switch
        {
            LocalAddressException local => $"{local.Message}, which isn't allowed",
            SslHandshakeException => "the mail server's certificate isn't trusted, or it doesn't speak TLS at that port",
            AuthenticationException => "the mail server doesn't accept the user and password",
            SmtpCommandException refused => $"the mail server refuses with status {(int)refused.StatusCode}",
            NotSupportedException =>
                "the mail server offers no STARTTLS or no way to sign in that is known here. Nothing was sent in the clear",
            SocketException or IOException or ProtocolException => "the mail server can't be reached, or breaks off",
            ServiceNotConnectedException => "the mail server breaks off",
            _ => null,
        };
}
