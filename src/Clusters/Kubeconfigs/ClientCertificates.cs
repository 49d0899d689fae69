using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Clusters.Kubeconfigs;

/// <summary>Client certificates with their keys out of PEM texts: RSA and ECDSA.</summary>
internal static class ClientCertificates
{
    /// <summary>The first certificate with the key, and what follows it in the text as its intermediates.</summary>
    /// <exception cref="FormatException">They can't be used; the message says why and what to do, without quoting the key.</exception>
    public static (X509Certificate2 Leaf, X509Certificate2Collection Intermediates) Parse(string certificatePem, string keyPem)
    {
        if (keyPem.Contains("ENCRYPTED", StringComparison.Ordinal))
            throw new FormatException("the client key is encrypted, which kubeconfigs can't have. Decrypt it with 'openssl pkey'");
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPem(certificatePem);
            if (all.Count == 0)
                throw new FormatException("the client certificate has no PEM block BEGIN CERTIFICATE. Fetch it again");
            var leaf = X509Certificate2.CreateFromPem(certificatePem, keyPem);
            all.RemoveAt(0);
            return (Usable(leaf), all);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FormatException(
                $"the client certificate and key can't be used together ({e.Message.TrimEnd('.')}). The key has to be the "
                    + "certificate's own, RSA or ECDSA; Ed25519 keys aren't supported here: use another kind, or a token",
                e
            );
        }
    }

    /// <summary>TLS on Windows doesn't accept a key that exists only in memory.</summary>
    private static X509Certificate2 Usable(X509Certificate2 certificate) =>
        OperatingSystem.IsWindows()
            ? X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null)
            : certificate;
}
