using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class RequestTests
{
    [Fact]
    public async Task Reads_go_over_http_1_and_writes_over_http_2()
    {
        using var authority = TestAuthority.Create();
        await using var server = await StartAsync(Json(200, "{}"), authority.ForServer(["127.0.0.1"]));
        using var connection = new ClusterConnection(
            new() { Server = server.Url, TrustedRoots = [authority.Certificate] },
            TimeProvider.System
        );

        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post, HttpMethod.Put, HttpMethod.Patch, HttpMethod.Delete])
            (await connection.SendAsync(() => new(method, "/api"), default)).Dispose();

        Assert.Equal(["HTTP/1.1", "HTTP/2", "HTTP/2", "HTTP/2", "HTTP/2"], server.Requests.Select(r => r.Protocol));
    }

    [Fact]
    public async Task A_request_says_who_asks_and_carries_the_endpoints_headers()
    {
        await using var server = await StartAsync(Json(200, "{}"));
        var endpoint = new ClusterEndpoint
        {
            Server = server.Url,
            Token = (_, _) => new("s3cret"),
            ExtraHeaders = [new("Impersonate-User", "jane"), new("Impersonate-Group", "devs"), new("Impersonate-Group", "ops")],
        };
        using var connection = new ClusterConnection(endpoint, TimeProvider.System);

        await connection.GetAsync("/api", default);

        var headers = Assert.Single(server.Requests).Headers;
        Assert.StartsWith("holdfast/0.", headers["User-Agent"], StringComparison.Ordinal);
        Assert.Equal("application/json", headers["Accept"]);
        Assert.Equal("Bearer s3cret", headers["Authorization"]);
        Assert.Equal("jane", headers["Impersonate-User"]);
        Assert.Equal("devs,ops", headers["Impersonate-Group"].Replace(", ", ","));
        Assert.DoesNotContain("Accept-Encoding", headers.Keys);
        Assert.DoesNotContain("traceparent", headers.Keys);
    }

    [Theory]
    [InlineData(""), InlineData("/")]
    public async Task A_servers_path_comes_before_every_request(string end)
    {
        await using var server = await StartAsync(Json(200, "{}"));
        using var connection = new ClusterConnection(new() { Server = new(server.Url, "/k8s/clusters/c-1" + end) }, TimeProvider.System);

        await connection.GetAsync("/api/v1/pods?limit=1&continue=a%2Fb%3D", default);

        Assert.Equal("/k8s/clusters/c-1/api/v1/pods?limit=1&continue=a%2Fb%3D", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task Redirects_are_not_followed()
    {
        await using var server = await StartAsync(Json(302, "{}", ("Location", "/elsewhere")));
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));

        Assert.Contains("302", failure.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_proxy_is_used_and_given_its_credentials()
    {
        await using var proxy = await StartAsync(Json(200, """{"via":"proxy"}"""));
        var address = new UriBuilder(proxy.Url) { UserName = "me", Password = "p%40ss" }.Uri;
        await using var authenticating = await StartAsync(
            Sequence(Json(407, "{}", ("Proxy-Authenticate", "Basic realm=\"x\"")), Json(200, "{}"))
        );
        using var connection = new ClusterConnection(
            new() { Server = new("http://cluster.invalid"), Proxy = address },
            TimeProvider.System
        );
        using var challenged = new ClusterConnection(
            new()
            {
                Server = new("http://cluster.invalid"),
                Proxy = new UriBuilder(authenticating.Url) { UserName = "me", Password = "p%40ss" }.Uri,
            },
            TimeProvider.System
        );

        Assert.Equal("""{"via":"proxy"}"""u8.ToArray(), await connection.GetAsync("/api", default));
        await challenged.GetAsync("/api", default);

        Assert.Equal("cluster.invalid", Assert.Single(proxy.Requests).Headers["Host"]);
        Assert.Equal("Basic " + Convert.ToBase64String("me:p@ss"u8), authenticating.Requests.Last().Headers["Proxy-Authorization"]);
    }

    [Fact]
    public async Task A_proxy_that_can_not_be_reached_is_named_without_its_credentials()
    {
        var proxy = await StartAsync(Json(200, "{}"));
        var address = new UriBuilder(proxy.Url) { UserName = "me", Password = "s3cret" }.Uri;
        await proxy.DisposeAsync();
        using var connection = new ClusterConnection(
            new()
            {
                Server = new("https://cluster.invalid"),
                Proxy = address,
                Patience = TimeSpan.Zero,
            },
            TimeProvider.System
        );

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));

        Assert.Contains($"through the proxy http://127.0.0.1:{address.Port},", failure.Message);
        Assert.DoesNotContain("s3cret", failure.ToString());
    }

    [Fact]
    public void An_endpoint_is_shown_without_the_credentials_of_its_url()
    {
        var endpoint = new ClusterEndpoint { Server = new("https://me:s3cret@cluster.example:6443/path"), Token = (_, _) => new("s3cret") };

        Assert.Equal("https://cluster.example:6443/path", endpoint.ToString());
    }
}
