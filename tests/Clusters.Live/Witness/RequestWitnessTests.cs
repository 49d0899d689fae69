using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.TestKit.Faults;
using k8s.Exceptions;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Live.Tests.Witness;

/// <summary>
/// A server's view of both clients under the same kubeconfig: what is equal, and each difference by name, with the reason why the other
/// behaviour is wrong for a backup.
/// </summary>
public sealed class RequestWitnessTests : IDisposable
{
    private const string Group = "Impersonate-Group";

    private readonly WitnessFolder folder = new();
    private readonly TestAuthority authority = TestAuthority.Create();

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task Both_send_the_same_token_and_client_certificate_to_the_same_path(bool inline)
    {
        var certificate = authority.ForServer(["127.0.0.1"]);
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces), certificate, askForClientCertificate: true);
        using var jane = authority.ForClient("jane");
        var (pem, key) = (jane.ExportCertificatePem(), jane.GetRSAPrivateKey()!.ExportPkcs8PrivateKeyPem());
        var kubeconfig = folder.WriteKubeconfig(
            $"server: {server.Url}, {Authority(inline)}",
            $"token: t0ken, {Pem("client-certificate", pem, inline)}, {Pem("client-key", key, inline)}"
        );

        await BothClients.AskWithHoldfastAsync(kubeconfig);
        await BothClients.AskWithKubernetesClientAsync(kubeconfig);

        Assert.Equal(
            [("/api/v1/namespaces", "Bearer t0ken", "CN=jane"), ("/api/v1/namespaces", "Bearer t0ken", "CN=jane")],
            server.Requests.Select(r => (r.Target.Split('?')[0], r.Headers["Authorization"], r.ClientCertificate?.Subject))
        );
    }

    [Fact]
    public async Task Both_refuse_a_server_of_another_ca()
    {
        using var impostor = TestAuthority.Create("another CA");
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces), impostor.ForServer(["127.0.0.1"]));
        var kubeconfig = folder.WriteKubeconfig($"server: {server.Url}, {Authority(inline: true)}", "token: t0ken");

        await Assert.ThrowsAsync<ClusterException>(() => BothClients.AskWithHoldfastAsync(kubeconfig));
        await Assert.ThrowsAsync<HttpRequestException>(() => BothClients.AskWithKubernetesClientAsync(kubeconfig));

        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task Server_name_check_Holdfast_refuses_a_certificate_of_another_host_and_KubernetesClient_sends_it_the_token()
    {
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces), authority.ForServer(["other.example"]));
        var kubeconfig = folder.WriteKubeconfig($"server: {server.Url}, {Authority(inline: true)}", "token: t0ken");

        await Assert.ThrowsAsync<ClusterException>(() => BothClients.AskWithHoldfastAsync(kubeconfig));
        Assert.Empty(server.Requests);
        await BothClients.AskWithKubernetesClientAsync(kubeconfig);

        Assert.Equal("Bearer t0ken", Assert.Single(server.Requests).Headers["Authorization"]);
    }

    [Fact]
    public async Task Proxy_url_Holdfast_uses_the_proxy_and_KubernetesClient_bypasses_it()
    {
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces));
        await using var proxy = await StartAsync(Json(200, BothClients.NoNamespaces));
        var kubeconfig = folder.WriteKubeconfig($"server: {server.Url}, proxy-url: {proxy.Url}", "token: t0ken");

        await BothClients.AskWithHoldfastAsync(kubeconfig);
        Assert.Equal((0, 1), (server.Requests.Count, proxy.Requests.Count));
        await BothClients.AskWithKubernetesClientAsync(kubeconfig);

        Assert.Equal((1, 1), (server.Requests.Count, proxy.Requests.Count));
    }

    [Fact]
    public async Task Impersonation_Holdfast_asks_as_the_other_user_and_KubernetesClient_with_the_rights_of_the_token()
    {
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces));
        var kubeconfig = folder.WriteKubeconfig($"server: {server.Url}", "token: t0ken, as: jane, as-groups: [devs]");

        await BothClients.AskWithHoldfastAsync(kubeconfig);
        await BothClients.AskWithKubernetesClientAsync(kubeconfig);

        Assert.Equal(
            [("jane", "devs"), (null, null)],
            server.Requests.Select(r => (r.Headers.GetValueOrDefault("Impersonate-User"), r.Headers.GetValueOrDefault(Group)))
        );
    }

    [Fact]
    public async Task Token_file_Holdfast_reads_it_and_KubernetesClient_finds_no_credentials()
    {
        await using var server = await StartAsync(Json(200, BothClients.NoNamespaces));
        var kubeconfig = folder.WriteKubeconfig($"server: {server.Url}", $"tokenFile: {folder.Write("token", "from-file\n")}");

        await BothClients.AskWithHoldfastAsync(kubeconfig);

        Assert.Equal("Bearer from-file", Assert.Single(server.Requests).Headers["Authorization"]);
        var refused = await Assert.ThrowsAsync<KubeConfigException>(() => BothClients.AskWithKubernetesClientAsync(kubeconfig));
        Assert.Contains("does not have appropriate auth credentials", refused.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        authority.Dispose();
        folder.Dispose();
    }

    private string Authority(bool inline) => Pem("certificate-authority", authority.Certificate.ExportCertificatePem(), inline);

    private string Pem(string field, string pem, bool inline) =>
        inline ? $"{field}-data: {Convert.ToBase64String(Encoding.UTF8.GetBytes(pem))}" : $"{field}: {folder.Write(field + ".pem", pem)}";
}
