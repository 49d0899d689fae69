using System.Net;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class RetryTests
{
    private static readonly RequestDelegate Fine = Json(200, """{"fine":true}""");

    private static readonly RequestDelegate Cut = context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    [Theory]
    [InlineData(429), InlineData(503)]
    public async Task A_server_that_says_when_to_come_back_is_asked_again_then(int status)
    {
        await using var server = await StartAsync(
            Sequence(Json(status, "{}", ("Retry-After", "0")), Json(status, "{}", ("Retry-After", "0")), Fine)
        );
        using var connection = Connect(server);

        await connection.GetAsync("/api", default);

        Assert.Equal(3, server.Requests.Count);
        Assert.Equal(status == 429 ? 2 : 0, connection.Throttled);
    }

    [Fact]
    public async Task Throttling_beyond_patience_is_reported_with_the_servers_message()
    {
        await using var server = await StartAsync(
            Json(429, """{"kind":"Status","message":"too many requests, try later","reason":"TooManyRequests"}""", ("Retry-After", "3600"))
        );
        using var connection = Connect(server);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.SendAsync(() => new(HttpMethod.Get, "/api"), default));

        Assert.Equal(ClusterFailure.Throttled, failure.Failure);
        Assert.True(failure.IsTransient);
        Assert.Contains("too many requests, try later", failure.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_moment_of_cancelling_is_cancelled_not_failed()
    {
        using var caller = new CancellationTokenSource();
        using var connection = new ClusterConnection(
            new()
            {
                Server = new("http://127.0.0.1:9"),
                Token = (_, _) =>
                {
                    caller.Cancel();
                    throw new IOException("reset by peer");
                },
            },
            TimeProvider.System
        );

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.GetAsync("/api", caller.Token));
    }

    [Theory]
    [InlineData(500), InlineData(502), InlineData(503), InlineData(504)]
    public async Task A_read_that_fails_in_the_server_is_asked_for_five_times_in_all(int status)
    {
        await using var server = await StartAsync(
            Json(status, """{"kind":"Status","message":"conversion webhook for shop.example/v1 failed"}""")
        );
        using var connection = Connect(server);

        var failure = await Assert.ThrowsAsync<ClusterException>(() =>
            connection.SendAsync(() => new(HttpMethod.Get, "/apis/shop.example/v1/orders?limit=500"), default)
        );

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Contains("conversion webhook for shop.example/v1 failed", failure.Message);
        Assert.Contains("GET /apis/shop.example/v1/orders", failure.Message);
        Assert.Equal(5, server.Requests.Count);
    }

    [Fact]
    public async Task A_write_that_fails_in_the_server_is_not_sent_again()
    {
        await using var server = await StartAsync(Json(500, """{"kind":"Status","message":"failed calling webhook"}"""));
        using var connection = Connect(server);

        var failure = await Assert.ThrowsAsync<ClusterException>(() =>
            connection.SendAsync(() => new(HttpMethod.Post, "/api/v1/namespaces"), default)
        );

        Assert.Contains("failed calling webhook", failure.Message);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_answer_that_is_final_is_handed_over_at_once()
    {
        await using var server = await StartAsync(Json(410, "{}"));
        using var connection = Connect(server);

        using var response = await connection.SendAsync(() => new(HttpMethod.Get, "/api/v1/pods"), default);

        Assert.Equal(HttpStatusCode.Gone, response.StatusCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_connection_cut_before_the_answer_is_made_again()
    {
        await using var server = await StartAsync(Sequence(Fine, Cut, Cut, Fine));
        using var connection = Connect(server);
        await connection.GetAsync("/api", default);

        await connection.GetAsync("/api", default);

        Assert.Equal(4, server.Requests.Count);
    }

    [Fact]
    public async Task Nothing_listening_is_unreachable_and_the_message_says_what_to_check()
    {
        var server = await StartAsync(Fine);
        var url = server.Url;
        await server.DisposeAsync();
        using var connection = new ClusterConnection(new() { Server = url, Patience = TimeSpan.Zero }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));

        Assert.Equal(ClusterFailure.Unreachable, failure.Failure);
        Assert.True(failure.IsTransient);
        Assert.Contains(url.ToString().TrimEnd('/'), failure.Message);
        Assert.Contains("connection refused", failure.Message);
        Assert.Contains("VPN", failure.Message);
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved_is_reported_as_such()
    {
        using var connection = new ClusterConnection(
            new() { Server = new("https://no-such-cluster.invalid"), Patience = TimeSpan.Zero },
            TimeProvider.System
        );

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));

        Assert.Equal(ClusterFailure.Unreachable, failure.Failure);
        Assert.Contains("name can't be resolved", failure.Message);
    }

    [Fact]
    public async Task A_server_that_takes_the_request_and_says_nothing_is_broken_not_waited_for_for_ever()
    {
        await using var server = await StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var connection = Connect(server, stall: TimeSpan.FromMilliseconds(50), patience: TimeSpan.Zero);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default));

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Contains("no answer in time", failure.Message);
    }

    [Fact]
    public async Task Cancelling_is_not_a_failure_of_the_cluster()
    {
        await using var server = await StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var connection = Connect(server);
        using var cancel = new CancellationTokenSource();

        var pending = connection.GetAsync("/api", cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    [Fact]
    public async Task A_small_document_that_breaks_off_is_asked_for_again()
    {
        RequestDelegate half = async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("""{"fin""");
        };
        await using var server = await StartAsync(Sequence(half, half, Fine));
        using var connection = Connect(server);

        Assert.Equal("""{"fine":true}"""u8.ToArray(), await connection.GetAsync("/api", default));
    }

    [Fact]
    public async Task An_unreadable_answer_is_reported_as_what_it_is()
    {
        await using var server = await StartAsync(
            Json(403, """{"kind":"Status","message":"namespaces is forbidden: User \"alice\" cannot list","reason":"Forbidden"}""")
        );
        using var connection = Connect(server);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api/v1/namespaces", default));

        Assert.Equal(ClusterFailure.Forbidden, failure.Failure);
        Assert.False(failure.IsTransient);
        Assert.Contains("User \"alice\" cannot list", failure.Message);
    }

    private static ClusterConnection Connect(StubServer server, TimeSpan? stall = null, TimeSpan? patience = null) =>
        new(
            new()
            {
                Server = server.Url,
                StallTimeout = stall ?? TimeSpan.FromSeconds(30),
                Patience = patience ?? TimeSpan.FromMinutes(1),
            },
            TimeProvider.System,
            new NoJitter()
        );
}
