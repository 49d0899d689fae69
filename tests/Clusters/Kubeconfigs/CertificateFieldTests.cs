using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Kubeconfigs;
using Holdfast.TestKit.Faults;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Tests.Kubeconfigs;

public sealed class CertificateFieldTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestAuthority authority = TestAuthority.Create();

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Certificates_are_taken_from_data_or_from_files_beside_the_kubeconfig(bool asData)
    {
        await using var server = await StartAsync(Json(200, "{}"), authority.ForServer(["127.0.0.1"]), askForClientCertificate: true);
        using var client = authority.ForClient("jane");
        var (ca, certificate, key) = (
            authority.Certificate.ExportCertificatePem(),
            client.ExportCertificatePem(),
            client.GetRSAPrivateKey()!.ExportRSAPrivateKeyPem()
        );

        var target = asData
            ? Resolve(
                $"server: {server.Url}\ncertificate-authority-data: {Base64(ca)}",
                $"client-certificate-data: {Base64(certificate)}\nclient-key-data: {Base64(key)}"
            )
            : Resolve(
                $"server: {server.Url}\ncertificate-authority: {Name(folder.Write("pki/ca.crt", ca))}",
                $"client-certificate: {Name(folder.Write("pki/jane.crt", certificate))}\nclient-key: "
                    + $"{Name(folder.Write("pki/jane.key", key))}"
            );
        using var connection = new ClusterConnection(target.Endpoint, TimeProvider.System);
        await connection.GetAsync("/api", default);

        Assert.Equal("CN=jane", Assert.Single(server.Requests).ClientCertificate?.Subject);
    }

    [Fact]
    public void Data_wins_over_a_file()
    {
        var target = Resolve(
            "server: https://c.example\ncertificate-authority: missing.crt\ncertificate-authority-data: "
                + $"{Base64(authority.Certificate.ExportCertificatePem())}",
            "token: x"
        );

        Assert.Equal(authority.Certificate.Thumbprint, Assert.Single(target.Endpoint.TrustedRoots!).Thumbprint);
    }

    [Fact]
    public void An_ecdsa_key_works_too()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var certificate = new CertificateRequest("CN=jane", key, HashAlgorithmName.SHA384).CreateSelfSigned(
            DateTimeOffset.UnixEpoch,
            new(2090, 1, 1, 0, 0, 0, TimeSpan.Zero)
        );

        var target = Resolve(
            "server: https://c.example",
            $"client-certificate-data: {Base64(certificate.ExportCertificatePem())}\nclient-key-data: {Base64(key.ExportECPrivateKeyPem())}"
        );

        Assert.True(target.Endpoint.ClientCertificate!.HasPrivateKey);
    }

    [Fact]
    public void The_intermediates_in_a_client_certificates_file_go_along()
    {
        using var intermediate = authority.CreateIntermediate();
        using var client = intermediate.ForClient("jane");
        var chain = client.ExportCertificatePem() + "\n" + intermediate.Certificate.ExportCertificatePem();

        var target = Resolve(
            "server: https://c.example",
            $"client-certificate-data: {Base64(chain)}\nclient-key-data: {Base64(client.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem())}"
        );

        Assert.Equal("CN=jane", target.Endpoint.ClientCertificate!.Subject);
        Assert.Equal(intermediate.Certificate.Thumbprint, Assert.Single(target.Endpoint.ClientCertificateIntermediates!).Thumbprint);
    }

    [Fact]
    public void A_key_of_another_certificate_is_refused_with_its_place()
    {
        using var client = authority.ForClient("jane");
        using var other = authority.ForClient("joe");

        var failure = Refusal(
            $"client-certificate-data: {Base64(client.ExportCertificatePem())}\nclient-key-data: "
                + $"{Base64(other.GetRSAPrivateKey()!.ExportRSAPrivateKeyPem())}"
        );

        Assert.Contains("users[u].user.client-key-data: the client certificate and key can't be used together", failure.Message);
    }

    [Fact]
    public void An_ed25519_key_is_refused_by_name_and_never_quoted()
    {
        const string Key = """
            -----BEGIN PRIVATE KEY-----
            MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
            -----END PRIVATE KEY-----
            """;
        using var client = authority.ForClient("jane");

        var failure = Refusal($"client-certificate-data: {Base64(client.ExportCertificatePem())}\nclient-key-data: {Base64(Key)}");

        Assert.Contains("Ed25519", failure.Message);
        Assert.DoesNotContain("MC4CAQ", failure.ToString());
    }

    [Fact]
    public void An_encrypted_key_is_refused_with_what_to_do()
    {
        using var client = authority.ForClient("jane");
        var key = client
            .GetRSAPrivateKey()!
            .ExportEncryptedPkcs8PrivateKeyPem("pw", new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));

        var failure = Refusal($"client-certificate-data: {Base64(client.ExportCertificatePem())}\nclient-key-data: {Base64(key)}");

        Assert.Contains("Decrypt it with 'openssl pkey'", failure.Message);
    }

    [Fact]
    public void All_missing_files_are_named_at_once()
    {
        var failure = Assert.Throws<KubeconfigException>(() =>
            Resolve("server: https://c.example\ncertificate-authority: no-ca.crt", "client-certificate: no.crt\nclient-key: no.key")
        );

        Assert.All(["no-ca.crt", "no.crt", "no.key"], f => Assert.Contains(folder.PathOf(f), failure.Message));
    }

    public void Dispose()
    {
        authority.Dispose();
        folder.Dispose();
    }

    private KubeconfigException Refusal(string user) =>
        Assert.Throws<KubeconfigException>(() => Resolve("server: https://c.example", user));

    private KubeconfigTarget Resolve(string cluster, string user) => TestKubeconfig.Resolve(folder, cluster, user);

    private static string Name(string path) => "pki/" + Path.GetFileName(path);

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}
