using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Clusters.Tests.Connections;

public sealed class IdleConnectionTests
{
    [Fact]
    public async Task An_answer_that_is_being_read_is_read_to_its_end_after_idle_sockets_were_closed()
    {
        var closed = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(async context =>
        {
            await context.Response.WriteAsync("first,");
            await context.Response.Body.FlushAsync();
            await closed.Task;
            await context.Response.WriteAsync("second");
        });
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);

        using var response = await connection.SendAsync(() => new(HttpMethod.Get, "/api"), default);
        connection.CloseIdle();
        closed.SetResult();

        Assert.Equal("first,second", await response.Content.ReadAsStringAsync());
        Assert.Equal("first,second", Encoding.UTF8.GetString(await connection.GetAsync("/api", default)));
    }

    [Fact]
    public async Task Reads_and_writes_succeed_while_idle_sockets_are_closed_again_and_again()
    {
        await using var server = await StubServer.StartAsync(StubServer.Json(200, "{}"));
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System, new NoJitter());
        using var stop = new CancellationTokenSource();
        var closing = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                connection.CloseIdle();
        });

        await Parallel.ForAsync(
            0,
            2_000,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (i, token) =>
                (await connection.SendOnceAsync(() => new(i % 2 == 0 ? HttpMethod.Get : HttpMethod.Post, "/api"), token)).Dispose()
        );

        await stop.CancelAsync();
        await closing;
    }
}
