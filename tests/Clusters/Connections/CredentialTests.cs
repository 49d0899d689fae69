using System.Security.Cryptography.X509Certificates;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class CredentialTests
{
    private static readonly RequestDelegate Refused = Json(401, """{"kind":"Status","message":"Unauthorized","reason":"Unauthorized"}""");

    [Fact]
    public async Task A_refused_token_is_renewed_once_and_the_request_sent_again()
    {
        var renewals = 0;
        await using var server = await StartAsync(context =>
            (context.Request.Headers.Authorization == "Bearer new" ? Json(200, "{}") : Refused)(context)
        );
        using var connection = new ClusterConnection(
            new() { Server = server.Url, Token = (renew, _) => new((renewals += renew ? 1 : 0) > 0 ? "new" : "old") },
            TimeProvider.System
        );

        await connection.GetAsync("/api", default);

        Assert.Equal(1, renewals);
        Assert.Equal(["Bearer old", "Bearer new"], server.Requests.Select(r => r.Headers["Authorization"]));
    }

    [Fact]
    public async Task Many_requests_refused_at_once_renew_once()
    {
        var (renewals, arrived) = (0, 0);
        var all = new TaskCompletionSource();
        await using var server = await StartAsync(async context =>
        {
            if (context.Request.Headers.Authorization == "Bearer new-1")
            {
                await Json(200, "{}")(context);
                return;
            }
            if (Interlocked.Increment(ref arrived) == 8)
                all.SetResult();
            await all.Task;
            await Refused(context);
        });
        using var connection = new ClusterConnection(
            new()
            {
                Server = server.Url,
                Token = (renew, _) =>
                    new(
                        renew ? $"new-{Interlocked.Increment(ref renewals)}"
                        : Volatile.Read(ref renewals) is var n and > 0 ? $"new-{n}"
                        : "old"
                    ),
            },
            TimeProvider.System
        );

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => connection.GetAsync("/api", default)));

        Assert.Equal(1, renewals);
    }

    [Fact]
    public async Task A_token_that_stays_refused_is_reported_without_the_token()
    {
        await using var server = await StartAsync(Refused);
        using var connection = new ClusterConnection(new() { Server = server.Url, Token = (_, _) => new("s3cret") }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.False(failure.IsTransient);
        Assert.Contains("sign in again", failure.Message);
        Assert.DoesNotContain("s3cret", failure.ToString());
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Missing_credentials_are_reported_as_such()
    {
        await using var server = await StartAsync(Refused);
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));

        Assert.Contains("neither a token nor a client certificate", failure.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_server_that_treats_a_request_as_anonymous_leads_to_no_advice_to_grant_permissions()
    {
        const string forbidden =
            """{"kind":"Status","status":"Failure","message":"pods is forbidden: User \"system:anonymous\" cannot list """
            + """resource \"pods\"","reason":"Forbidden","code":403}""";
        await using var server = await StartAsync(Json(403, forbidden));
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api/v1/pods", default));

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.Contains("no usable credentials", failure.Message);
        Assert.DoesNotContain("Grant", failure.Message);
    }

    [Fact]
    public async Task A_client_certificate_is_presented()
    {
        using var authority = TestAuthority.Create();
        await using var server = await StartAsync(Json(200, "{}"), authority.ForServer(["127.0.0.1"]), askForClientCertificate: true);
        using var connection = Connect(server, authority, authority.ForClient("jane"));

        await connection.GetAsync("/api", default);
        (await connection.SendAsync(() => new(HttpMethod.Post, "/api"), default)).Dispose();

        Assert.All(server.Requests, r => Assert.Equal("CN=jane", r.ClientCertificate?.Subject));
    }

    [Fact]
    public async Task An_expired_client_certificate_is_named_with_its_dates()
    {
        using var authority = TestAuthority.Create();
        await using var server = await StartAsync(Refused, authority.ForServer(["127.0.0.1"]), askForClientCertificate: true);
        using var connection = Connect(server, authority, authority.ForClient("jane", until: new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero)));

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));

        Assert.Equal(ClusterFailure.NotAuthenticated, failure.Failure);
        Assert.Contains("CN=jane", failure.Message);
        Assert.Contains("2024-05-06 07:08:09Z", failure.Message);
        Assert.Contains("get a new one", failure.Message);
    }

    [Fact]
    public async Task A_renewed_client_certificate_is_presented_on_a_new_connection()
    {
        using var authority = TestAuthority.Create();
        await using var server = await StartAsync(
            context => (context.Connection.ClientCertificate?.Subject == "CN=new" ? Json(200, "{}") : Refused)(context),
            authority.ForServer(["127.0.0.1"]),
            askForClientCertificate: true
        );
        X509Certificate2 old = authority.ForClient("old"),
            @new = authority.ForClient("new");
        var renewed = false;
        using var connection = new ClusterConnection(
            new()
            {
                Server = server.Url,
                TrustedRoots = [authority.Certificate],
                ClientCertificateSource = (renew, _) => new((renewed |= renew) ? @new : old),
            },
            TimeProvider.System
        );

        await connection.GetAsync("/api", default);

        Assert.Equal(["CN=old", "CN=new"], server.Requests.Select(r => r.ClientCertificate?.Subject));
    }

    private static ClusterConnection Connect(StubServer server, TestAuthority authority, X509Certificate2 certificate) =>
        new(
            new()
            {
                Server = server.Url,
                TrustedRoots = [authority.Certificate],
                ClientCertificate = certificate,
            },
            TimeProvider.System
        );
}
