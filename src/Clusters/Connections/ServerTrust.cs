using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Clusters.Connections;

/// <summary>
/// Validates the server's certificate as kubectl does: if the endpoint has its own CAs only those count, whether they are roots,
/// intermediates or the server's certificate itself.
/// </summary>
internal sealed class ServerTrust(ClusterEndpoint endpoint)
{
    private const X509ChainStatusFlags OnlyUnanchored = X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.UntrustedRoot;

    private static bool warm;

    /// <summary>Why the last certificate was refused and what to do about it, for a message; null: none was refused.</summary>
    public string? Refusal { get; private set; }

    /// <summary>
    /// .NET reads the machine's whole certificate store (300 files, 50 ms) before the first chain that it builds, even with a custom CA.
    /// Called early, it does so while the first connection is being made.
    /// </summary>
    public void WarmUp()
    {
        if (
            endpoint.TrustedRoots is [var root, ..]
            && endpoint.Server.Scheme == Uri.UriSchemeHttps
            && !Interlocked.Exchange(ref warm, true)
        )
            _ = Task.Run(() => BuildOnce(root));
    }

    public SslClientAuthenticationOptions Options(X509Certificate2? certificate)
    {
        var options = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = Accept,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        };
        if (certificate is not null)
            options.ClientCertificateContext = SslStreamCertificateContext.Create(
                certificate,
                endpoint.ClientCertificateIntermediates,
                offline: true
            );
        if (endpoint.TrustedRoots is { } roots)
            options.CertificateChainPolicy = PolicyOf(roots);
        return options;
    }

    private static void BuildOnce(X509Certificate2 root)
    {
        using var chain = new X509Chain { ChainPolicy = PolicyOf([root]) };
        chain.Build(root);
    }

    private static X509ChainPolicy PolicyOf(X509Certificate2Collection roots)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }

    private bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (endpoint.InsecureSkipTlsVerify)
            return true;
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && IsAnchored(chain))
            return true;
        if (errors == SslPolicyErrors.None)
            return true;
        Refusal = Explain(certificate as X509Certificate2, chain, errors);
        return false;
    }

    /// <summary>
    /// The chain's only fault is that it doesn't end in a self-signed root, and one of its certificates is trusted explicitly.
    /// </summary>
    private bool IsAnchored(X509Chain? chain)
    {
        if (endpoint.TrustedRoots is not { } roots || chain is null || (Status(chain) & ~OnlyUnanchored) != X509ChainStatusFlags.NoError)
            return false;
        foreach (var element in chain.ChainElements)
        {
            if (roots.Contains(element.Certificate))
                return true;
        }
        return false;
    }

    private string Explain(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
            return "it presented no certificate. Check that the address is an API server's";
        var shown = $"its certificate ({certificate.Subject}, issued by {certificate.Issuer})";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            var expected = endpoint.TlsServerName ?? endpoint.Server.Host;
            return $"{shown} isn't for {expected} but for {Names(certificate)}. Use one of those names in 'server', or set "
                + "'tls-server-name' to it in the kubeconfig's cluster";
        }
        if (chain is not null && (Status(chain) & X509ChainStatusFlags.NotTimeValid) != X509ChainStatusFlags.NoError)
        {
            return $"{shown} or its CA's isn't valid now (it is from {certificate.NotBefore.ToUniversalTime():u} to "
                + $"{certificate.NotAfter.ToUniversalTime():u}). "
                + "Renew the cluster's certificates, or set this machine's clock right";
        }
        return endpoint.TrustedRoots is null
            ? $"{shown} is signed by a CA that this machine doesn't trust. Set 'certificate-authority' or "
                + "'certificate-authority-data' of the kubeconfig's cluster to the cluster's CA"
            : $"{shown} is not signed by the CA in the kubeconfig's 'certificate-authority'. Fetch the cluster's present CA: it may "
                + "have been rotated, or this is another server";
    }

    private static string Names(X509Certificate2 certificate)
    {
        var names = certificate
            .Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(e => e.EnumerateDnsNames().Concat(e.EnumerateIPAddresses().Select(a => a.ToString())));
        var text = string.Join(", ", names.Take(10));
        return text.Length == 0 ? "no name at all" : text;
    }

    private static X509ChainStatusFlags Status(X509Chain chain)
    {
        var all = X509ChainStatusFlags.NoError;
        foreach (var status in chain.ChainStatus)
            all |= status.Status;
        return all;
    }
}
