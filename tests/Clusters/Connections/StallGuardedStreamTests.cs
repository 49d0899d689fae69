using Holdfast.Clusters.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using static Holdfast.TestKit.Faults.StubServer;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class StallGuardedStreamTests
{
    [Fact]
    public async Task A_body_that_stalls_is_broken_with_what_came_before()
    {
        await using var server = await StartAsync(async context =>
        {
            await context.Response.WriteAsync("12345");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var time = new FakeTimeProvider();
        using var connection = new ClusterConnection(new() { Server = server.Url, StallTimeout = TimeSpan.FromSeconds(2) }, time);
        using var response = await connection.SendAsync(() => new(HttpMethod.Get, "/api/v1/pods"), default);
        await using var body = await connection.OpenBodyAsync(response, default);
        await body.ReadExactlyAsync(new byte[5]);

        var stalled = body.CopyToAsync(Stream.Null);
        time.Advance(TimeSpan.FromSeconds(2));
        var failure = await Assert.ThrowsAsync<ClusterException>(() => stalled);

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Contains("GET /api/v1/pods", failure.Message);
        Assert.Contains("no data for 2 s after 5 bytes", failure.Message);
    }

    [Fact]
    public async Task A_body_that_is_cut_is_broken_with_what_came_before()
    {
        await using var server = await StartAsync(context =>
        {
            context.Response.ContentLength = 100;
            return context.Response.WriteAsync("12345");
        });
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);
        using var response = await connection.SendAsync(() => new(HttpMethod.Get, "/api/v1/pods"), default);
        await using var body = await connection.OpenBodyAsync(response, default);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => body.CopyToAsync(Stream.Null));

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Contains("broke off after 5 bytes", failure.Message);
    }

    [Fact]
    public async Task A_slow_body_that_keeps_coming_is_not_stalled_and_one_that_stops_is()
    {
        var stall = TimeSpan.FromSeconds(30);
        var time = new FakeTimeProvider();
        using var inner = new Faucet();
        await using var body = new StallGuardedStream(inner, stall, time, "a test");

        // Each byte arrives just in time; in total they take ten times the stall timeout.
        for (var i = 0; i < 10; i++)
        {
            var pending = body.ReadAsync(new byte[1]).AsTask();
            time.Advance(stall - TimeSpan.FromTicks(1));
            inner.Drip();
            Assert.Equal(1, await pending);
        }
        var last = body.ReadAsync(new byte[1]).AsTask();
        time.Advance(stall);

        Assert.Contains("no data for 30 s after 10 bytes", (await Assert.ThrowsAsync<ClusterException>(() => last)).Message);
    }

    [Fact]
    public async Task Cancelling_a_read_is_not_a_failure_of_the_cluster()
    {
        using var inner = new Faucet();
        await using var body = new StallGuardedStream(inner, TimeSpan.FromMinutes(1), TimeProvider.System, "a test");
        using var cancel = new CancellationTokenSource();

        var pending = body.ReadAsync(new byte[1], cancel.Token).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
    }

    /// <summary>Returns a byte when the test says so.</summary>
    private sealed class Faucet : MemoryStream
    {
        private readonly SemaphoreSlim drops = new(0);

        public void Drip() => drops.Release();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await drops.WaitAsync(cancellationToken);
            return 1;
        }
    }
}
