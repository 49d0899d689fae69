using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class TrustTests : IDisposable
{
    private readonly TestAuthority authority = TestAuthority.Create();

    [Fact]
    public async Task A_server_of_the_given_ca_is_trusted_by_address_and_by_name()
    {
        await using var server = await StartAsync(Json(200, "{}"), authority.ForServer(["127.0.0.1", "localhost"]));

        await GetAsync(new() { Server = server.Url, TrustedRoots = [authority.Certificate] });
        await GetAsync(new() { Server = new UriBuilder(server.Url) { Host = "localhost" }.Uri, TrustedRoots = [authority.Certificate] });
    }

    [Fact]
    public async Task An_intermediate_ca_is_enough_to_trust_as_it_is_for_kubectl()
    {
        using var intermediate = authority.CreateIntermediate();
        await using var server = await StartAsync(Json(200, "{}"), intermediate.ForServer(["127.0.0.1"]));

        await GetAsync(new() { Server = server.Url, TrustedRoots = [intermediate.Certificate] });
    }

    [Fact]
    public async Task A_bundle_with_root_and_intermediate_is_trusted()
    {
        using var intermediate = authority.CreateIntermediate();
        await using var server = await StartAsync(Json(200, "{}"), intermediate.ForServer(["127.0.0.1"]));

        await GetAsync(new() { Server = server.Url, TrustedRoots = [authority.Certificate, intermediate.Certificate] });
    }

    [Fact]
    public async Task The_servers_own_certificate_can_be_what_is_trusted()
    {
        var certificate = authority.ForServer(["127.0.0.1"]);
        await using var server = await StartAsync(Json(200, "{}"), certificate);

        await GetAsync(new() { Server = server.Url, TrustedRoots = [certificate] });
    }

    [Fact]
    public async Task Another_ca_of_the_same_name_is_not_trusted()
    {
        using var impostor = TestAuthority.Create();
        await using var server = await StartAsync(Json(200, "{}"), impostor.ForServer(["127.0.0.1"]));

        var failure = await RefusalAsync(new() { Server = server.Url, TrustedRoots = [authority.Certificate] });

        Assert.Contains("not signed by the CA in the kubeconfig's 'certificate-authority'", failure.Message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_unknown_ca_is_reported_without_a_retry()
    {
        await using var server = await StartAsync(Json(200, "{}"), authority.ForServer(["127.0.0.1"]));

        var failure = await RefusalAsync(new() { Server = server.Url, Token = (_, _) => new("s3cret") });

        Assert.Equal(ClusterFailure.Unreachable, failure.Failure);
        Assert.False(failure.IsTransient);
        Assert.Contains("'certificate-authority'", failure.Message);
        Assert.Contains("CN=test CA", failure.Message);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task An_expired_server_certificate_is_reported_with_its_dates()
    {
        await using var server = await StartAsync(
            Json(200, "{}"),
            authority.ForServer(["127.0.0.1"], until: new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero))
        );

        var failure = await RefusalAsync(new() { Server = server.Url, TrustedRoots = [authority.Certificate] });

        Assert.Contains("2024-05-06 07:08:09Z", failure.Message);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_reported_with_its_names()
    {
        await using var server = await StartAsync(Json(200, "{}"), authority.ForServer(["api.cluster.example", "10.0.0.1"]));

        var failure = await RefusalAsync(new() { Server = server.Url, TrustedRoots = [authority.Certificate] });

        Assert.Contains("isn't for 127.0.0.1 but for api.cluster.example, 10.0.0.1", failure.Message);
        Assert.Contains("'tls-server-name'", failure.Message);
    }

    [Fact]
    public async Task The_name_to_expect_can_be_given()
    {
        await using var server = await StartAsync(Json(200, "{}"), authority.ForServer(["api.cluster.example"]));

        await GetAsync(
            new()
            {
                Server = server.Url,
                TrustedRoots = [authority.Certificate],
                TlsServerName = "api.cluster.example",
            }
        );
        var failure = await RefusalAsync(
            new()
            {
                Server = server.Url,
                TrustedRoots = [authority.Certificate],
                TlsServerName = "other.example",
            }
        );

        Assert.Contains("isn't for other.example", failure.Message);
    }

    [Fact]
    public async Task Verification_is_off_only_on_request()
    {
        await using var server = await StartAsync(
            Json(200, "{}"),
            authority.ForServer(["other.example"], until: new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero))
        );

        await GetAsync(new() { Server = server.Url, InsecureSkipTlsVerify = true });
    }

    [Fact]
    public async Task A_server_without_tls_is_reported_as_not_an_api_server()
    {
        await using var server = await StartAsync(Json(200, "{}"));

        var failure = await RefusalAsync(new() { Server = new UriBuilder(server.Url) { Scheme = "https" }.Uri, Patience = TimeSpan.Zero });

        Assert.Equal(ClusterFailure.Unreachable, failure.Failure);
        Assert.Contains("TLS handshake", failure.Message);
    }

    public void Dispose() => authority.Dispose();

    private static async Task GetAsync(ClusterEndpoint endpoint)
    {
        using var connection = new ClusterConnection(endpoint, TimeProvider.System);
        await connection.GetAsync("/api", default);
    }

    private static Task<ClusterException> RefusalAsync(ClusterEndpoint endpoint) =>
        Assert.ThrowsAsync<ClusterException>(() => GetAsync(endpoint));
}
