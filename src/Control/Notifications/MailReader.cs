using System.Collections.Immutable;
using System.Net.Mail;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Control.Reading;
using Holdfast.Manifests;

namespace Holdfast.Control.Notifications;

/// <summary>Reads how and to whom mail is sent.</summary>
internal static class MailReader
{
    private const int MostReceivers = 50;
    private const int SubmissionPort = 587;
    private const int TlsPort = 465;
    private const string Address = "holdfast@acme.com";

    public static MailTarget? Read(DocumentSection section)
    {
        var host = Host(section);
        var tls = section.Flag("tls");
        var port = section.Whole("port", 1, ushort.MaxValue, "Ports") ?? (tls ? TlsPort : SubmissionPort);
        var from = section.RequiredText("from", "every mail has a sender", Address);
        if (from is not null && !IsAddress(from))
            Misaddressed(section, "from", from);
        var to = To(section);
        var user = section.Text("user", Address);
        var password = NotificationSecretReader.Read(section, "password");
        if (section.Has("user") != section.Has("password"))
            section.Problem(
                section.Has("user") ? "password" : "user",
                "is missing",
                "a server that asks for one of the two asks for both",
                "Write user and password, or leave out both"
            );
        var authority = Authority(section);
        section.RefuseUnknown();
        return host is null || from is null ? null : new(host, port, from, to, tls, user, password, authority);
    }

    private static string? Host(DocumentSection section)
    {
        var host = section.RequiredText("host", "it is the mail server", "smtp.acme.com");
        if (host is null || Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6)
            return host;
        section.Problem("host", $"'{Quoted.Short(host)}' isn't a host name", "the mail server is reached by it", "Write smtp.acme.com");
        return null;
    }

    private static ImmutableArray<string> To(DocumentSection section)
    {
        var to = section.Texts("to", "on-call@acme.com");
        for (var i = 0; i < to.Length; i++)
        {
            if (to[i].Length > 0 && !IsAddress(to[i]))
                section.ItemProblem("to", i, $"'{Quoted.Short(to[i])}' isn't a mail address", "no mail arrives there", $"Write {Address}");
        }
        if (to.Length is 0 or > MostReceivers)
            section.Problem(
                "to",
                to.IsEmpty ? "has no address" : $"has {to.Length} addresses",
                $"mail is sent to 1-{MostReceivers} addresses",
                "Write [\"on-call@acme.com\"]; for more receivers, use a mailing list"
            );
        return to;
    }

    /// <summary>The address alone: a name beside it would be a second place for text that people see.</summary>
    private static bool IsAddress(string text) =>
        MailAddress.TryCreate(text, out var address) && address.Address == text && !text.Any(c => char.IsControl(c) || c > '~');

    private static void Misaddressed(DocumentSection section, string member, string text) =>
        section.Problem(member, $"'{Quoted.Short(text)}' isn't a mail address", "every mail has a sender", $"Write {Address}");

    private static string? Authority(DocumentSection section)
    {
        const string Example = "-----BEGIN CERTIFICATE-----\\n...\\n-----END CERTIFICATE-----\\n";
        if (section.Text("certificateAuthority", Example) is not { } pem)
            return null;
        if (HasCertificate(pem))
            return pem;
        section.Problem(
            "certificateAuthority",
            "holds no certificate that can be read",
            "the mail server's certificate is checked against it",
            $"Write PEM text: {Example}, or leave it out for a public CA"
        );
        return null;
    }

    private static bool HasCertificate(string pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(pem);
            return certificates.Count > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }
}
