using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Watching;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Clusters.Tests.Watching;

/// <summary>Streams as an API server sends them seldom. The common ones meet a real server in Clusters.Live.</summary>
public sealed class ResourceWatcherTests
{
    private static readonly ApiResource Pods = new("", "v1", "pods", "Pod", true, ["watch"]);

    [Fact]
    public async Task A_watch_goes_on_from_its_last_bookmark()
    {
        await using var server = await StubServer.StartAsync(StubServer.Sequence(
            Stream(Event("ADDED", "11"), Event("BOOKMARK", "40")),
            Stream(Event("MODIFIED", "41"))));

        var events = await WatchAsync(server, count: 3);

        Assert.Equal([(WatchEventType.Added, "11"), (WatchEventType.Bookmark, "40"), (WatchEventType.Modified, "41")], events.Select(e => (e.Type, e.ResourceVersion)));
        Assert.Equal(["resourceVersion=10", "resourceVersion=40"], server.Requests.Select(r => r.Target.Split('&').Single(p => p.StartsWith("resourceVersion=", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("")]
    [InlineData("\r\n  \n")]
    public async Task Events_are_told_apart_whatever_stands_between_them(string between)
    {
        await using var server = await StubServer.StartAsync(Stream(Event("ADDED", "11") + between, "{ \"object\" : {\"metadata\":{\"x\":{\"resourceVersion\":\"1\"},\"resourceVersion\":\"12\"}},\n \"type\":\"DELETED\" }" + between));

        var events = await WatchAsync(server, count: 2);

        Assert.Equal([(WatchEventType.Added, "11"), (WatchEventType.Deleted, "12")], events.Select(e => (e.Type, e.ResourceVersion)));
        Assert.Equal("""{"metadata":{"x":{"resourceVersion":"1"},"resourceVersion":"12"}}""", Encoding.UTF8.GetString(events[1].Object.Span));
    }

    [Fact]
    public async Task An_error_event_with_code_410_is_expired()
    {
        await using var server = await StubServer.StartAsync(Stream(Event("ADDED", "11"), Error(410)));

        var failure = await Assert.ThrowsAsync<ClusterException>(() => WatchAsync(server, count: 9));

        Assert.Equal(ClusterFailure.Expired, failure.Failure);
        Assert.Contains("too old", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_that_may_pass_is_survived_and_one_that_stays_is_told()
    {
        await using var server = await StubServer.StartAsync(StubServer.Sequence(Stream(Error(500)), Stream(Event("ADDED", "11"), Error(500)), Stream(Error(500))));

        var seen = new List<WatchEvent>();
        var failure = await Assert.ThrowsAsync<ClusterException>(() => WatchAsync(server, count: 9, seen));

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Equal("11", Assert.Single(seen).ResourceVersion);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("""{"type":"NOVEL","object":{"metadata":{"resourceVersion":"3"}}}""")]
    [InlineData("""{"type":"ADDED","object":[]}""")]
    [InlineData("[1]")]
    public async Task What_is_no_watch_is_told(string stream)
    {
        await using var server = await StubServer.StartAsync(Stream(stream));

        Assert.Equal(ClusterFailure.Broken, (await Assert.ThrowsAsync<ClusterException>(() => WatchAsync(server, count: 1))).Failure);
    }

    [Fact]
    public async Task An_object_of_megabytes_arrives_whole()
    {
        var large = $$"""{"metadata":{"resourceVersion":"12"},"data":"{{new string('é', 600_000)}}"}""";
        await using var server = await StubServer.StartAsync(Stream(Event("ADDED", "11"), $$"""{"type":"MODIFIED","object":{{large}}}"""));

        var events = await WatchAsync(server, count: 2);

        Assert.Equal(large, Encoding.UTF8.GetString(events[1].Object.Span));
    }

    private static string Event(string type, string revision) => $$"""{"type":"{{type}}","object":{"metadata":{"resourceVersion":"{{revision}}"} } }""";

    private static string Error(int code) => $$"""{"type":"ERROR","object":{"kind":"Status","metadata":{},"message":"too old or broken","code":{{code}}} }""";

    private static RequestDelegate Stream(params string[] events) => async context =>
    {
        foreach (var sent in events)
        {
            await context.Response.WriteAsync(sent);
            await context.Response.Body.FlushAsync();
        }
    };

    private static async Task<List<WatchEvent>> WatchAsync(StubServer server, int count, List<WatchEvent>? into = null)
    {
        into ??= [];
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);
        await foreach (var change in new ResourceWatcher(connection).WatchAsync(Pods, null, "10", default))
        {
            into.Add(change);
            if (into.Count == count)
                break;
        }
        return into;
    }
}
