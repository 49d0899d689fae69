using System.Net;
using System.Text.Json;
using Holdfast.TestKit.Functions;
using Holdfast.TestKit.Functions.Durable;
using Holdfast.TestKit.Functions.Workers;

namespace Holdfast.Functions.Live.Tests;

/// <summary>HTTP requests and timers as a worker receives them.</summary>
public sealed class TriggerTests : IAsyncLifetime
{
    private FunctionsHost host = null!;

    public async Task InitializeAsync() => host = await FunctionsHost.StartAsync(new() { App = SampleApp.Folder }, new EmbeddedEngine());

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_request_keeps_its_host_path_and_query_and_a_chunked_body_stays_without_length()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/request/a%20b/c?d=1&e=%20")
        {
            Content = new StringContent("body"),
        };
        request.Headers.Host = "holdfast.example.com";
        request.Headers.TransferEncodingChunked = true;
        using var answer = await host.Http.SendAsync(request);

        var seen = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("http://holdfast.example.com/api/request/a%20b/c?d=1&e=%20", seen.GetProperty("url").GetString());
        Assert.Equal("a b/c", seen.GetProperty("path").GetString());
        Assert.Equal("body", seen.GetProperty("body").GetString());
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("length").ValueKind);
    }

    [Fact]
    public async Task A_path_or_method_that_no_function_takes_is_refused_without_the_worker()
    {
        using var unknown = await host.Http.GetAsync("api/nothing");
        using var method = await host.Http.GetAsync("api/request/x");

        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, method.StatusCode);
    }

    [Fact]
    public async Task Timers_fire_on_demand_and_a_failing_one_throws_what_the_worker_said()
    {
        await host.FireTimerAsync("Tick");
        await host.FireTimerAsync("tick", pastDue: true);
        var failed = await Assert.ThrowsAsync<WorkerInvocationException>(() => host.FireTimerAsync("Broken"));

        Assert.Equal("101", await host.Http.GetStringAsync("api/Ticks"));
        Assert.Equal("the timer failed", failed.WorkerMessage);
    }

    [Fact]
    public async Task A_killed_worker_is_replaced_by_another_process()
    {
        var first = (await host.WorkerAsync()).ProcessId;
        await host.KillWorkerAsync();

        Assert.NotEqual(first, (await host.WorkerAsync()).ProcessId);
        Assert.Equal("0", await host.Http.GetStringAsync("api/Ticks"));
    }
}
