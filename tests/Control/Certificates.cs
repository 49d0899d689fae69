using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Control.Tests;

/// <summary>A CA made for the tests.</summary>
internal static class Certificates
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public static readonly string Authority = Make();

    public static string PrivateKey => Key.ExportPkcs8PrivateKeyPem();

    private static string Make()
    {
        var request = new CertificateRequest("CN=test", Key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return certificate.ExportCertificatePem() + "\n";
    }
}
