using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Clusters.Connections;

/// <summary>An API server's address, trust and credentials. Never written anywhere: it may hold secrets.</summary>
public sealed record ClusterEndpoint
{
    public required Uri Server { get; init; }

    /// <summary>The only CAs to trust; null: the system's.</summary>
    public X509Certificate2Collection? TrustedRoots { get; init; }

    /// <summary>The name to expect in the server's certificate, when not the URL's host.</summary>
    public string? TlsServerName { get; init; }
    public bool InsecureSkipTlsVerify { get; init; }

    /// <summary>With its private key; null: no certificate.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    /// <summary>Sent along with <see cref="ClientCertificate"/>, for servers that know only their issuer.</summary>
    public X509Certificate2Collection? ClientCertificateIntermediates { get; init; }

    /// <summary>
    /// Instead of <see cref="ClientCertificate"/>: fetched from its issuer (an exec plugin) whenever needed.
    /// </summary>
    public CertificateSource? ClientCertificateSource { get; init; }
    public TokenSource? Token { get; init; }

    /// <summary>Headers of impersonation (<c>as</c>, <c>as-groups</c>), sent with every request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ExtraHeaders { get; init; } = [];

    /// <summary>
    /// http, https or socks5, with credentials if needed; null: as HTTPS_PROXY and NO_PROXY say, and no proxy for loopback addresses.
    /// </summary>
    public Uri? Proxy { get; init; }

    /// <summary>
    /// If set, neither the server nor <see cref="Proxy"/> may resolve to one of <see cref="LocalAddresses"/> when connecting; the text
    /// advises what to do if that is intended. Null: any address is allowed.
    /// </summary>
    public string? LocalAddressAdvice { get; init; }

    /// <summary>How long transient failures of one request are retried. Default 1 minute.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a response may receive no bytes before it counts as stalled. Default 30 s.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public AnswerLimits Limits { get; init; } = AnswerLimits.Default;

    /// <summary>The server alone: no credentials, not even those of a URL.</summary>
    public override string ToString() =>
        Server.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');
}
