using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Clusters.Tests.Listing;

/// <summary>Behaviour that a real API server can't be made to show.</summary>
public sealed class ResourceListerTests
{
    private static readonly ApiResource Pods = new("", "v1", "pods", "Pod", true, ["list"]);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_next_page_is_asked_for_while_the_present_one_still_arrives()
    {
        var second = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(async context =>
        {
            if (IsFirstPage(context))
            {
                await WriteAsync(context, Head("5", "next") + Item("a"));
                await second.Task;
                await WriteAsync(context, Tail);
            }
            else
            {
                second.TrySetResult();
                await WriteAsync(context, Head("5") + Item("b") + Tail);
            }
        });

        Assert.Equal(
            ["a", "b"],
            (await ListAsync(server, new ListRequest(Pods, "x") { Limit = 1, Revision = "5" }).WaitAsync(Patience)).Names
        );
        Assert.Equal(
            [
                "/api/v1/namespaces/x/pods?limit=1&resourceVersion=5&resourceVersionMatch=Exact",
                "/api/v1/namespaces/x/pods?limit=1&continue=next",
            ],
            server.Requests.Select(r => r.Target)
        );
    }

    [Fact]
    public async Task A_prefetched_page_is_dropped_when_it_is_not_needed()
    {
        var asked = new TaskCompletionSource();
        var dropped = new TaskCompletionSource();
        await using var server = await StubServer.StartAsync(async context =>
        {
            if (IsFirstPage(context))
            {
                await WriteAsync(context, Head("5", "next") + Item("a") + Tail);
                return;
            }
            context.RequestAborted.Register(() => dropped.TrySetResult());
            asked.TrySetResult();
            await dropped.Task;
        });
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);

        await foreach (var page in new ResourceLister(connection).ListAsync(new ListRequest(Pods, null), (in ListedItem _) => { }, default))
        {
            await asked.Task.WaitAsync(Patience);
            break;
        }

        await dropped.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task A_repeated_page_that_is_another_one_is_refused_and_not_mixed()
    {
        await using var server = await StubServer.StartAsync(
            StubServer.Sequence(
                context => CutAsync(context, Head("5") + Item("a") + "," + Item("b")),
                context => WriteAsync(context, Head("5") + Item("a") + "," + Item("other") + "," + Item("c") + Tail)
            )
        );

        var (names, failure) = await FailAsync(server, new ListRequest(Pods, null) { Revision = "5" });

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Equal(["a", "b"], names);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_repeated_page_that_is_shorter_is_refused()
    {
        await using var server = await StubServer.StartAsync(
            StubServer.Sequence(
                context => CutAsync(context, Head("5") + Item("a") + "," + Item("b")),
                context => WriteAsync(context, Head("5") + Item("a") + Tail)
            )
        );

        var (_, failure) = await FailAsync(server, new ListRequest(Pods, null) { Revision = "5" });

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_page_that_never_comes_whole_is_broken_after_a_few_attempts()
    {
        await using var server = await StubServer.StartAsync(context => CutAsync(context, Head("5") + Item("a")));

        var (names, failure) = await FailAsync(server, new ListRequest(Pods, "shop") { Revision = "5" });

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Equal(["a"], names);
        Assert.Equal(5, server.Requests.Count);
        Assert.Contains("pods in shop", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("6", null)]
    [InlineData("5", "6")]
    public async Task An_answer_at_another_revision_is_refused_before_its_first_item(string first, string? second)
    {
        await using var server = await StubServer.StartAsync(
            StubServer.Sequence(
                context => WriteAsync(context, Head(first, "next") + Item("a") + Tail),
                context => WriteAsync(context, Head(second ?? first) + Item("b") + Tail)
            )
        );

        var (names, failure) = await FailAsync(server, new ListRequest(Pods, null) { Revision = "5" });

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Equal(second is null ? [] : ["a"], names);
        Assert.Contains("revision 6", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fresh_token_in_an_expired_answer_is_not_followed()
    {
        await using var server = await StubServer.StartAsync(
            StubServer.Sequence(
                context => WriteAsync(context, Head("5", "old") + Item("a") + Tail),
                StubServer.Json(
                    410,
                    """{"kind":"Status","metadata":{"continue":"fresh"}"""
                        + ""","status":"Failure","message":"too old","reason":"Expired","code":410}"""
                )
            )
        );

        var (names, failure) = await FailAsync(server, new ListRequest(Pods, null));

        Assert.Equal(ClusterFailure.Expired, failure.Failure);
        Assert.Equal(["a"], names);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_metadata_only_list_accepts_json_from_a_server_without_protobuf()
    {
        await using var server = await StubServer.StartAsync(context => WriteAsync(context, Head("5") + Item("a") + Tail));

        var names = (await ListAsync(server, new ListRequest(Pods, null) { MetadataOnly = true })).Names;

        Assert.Equal(["a"], names);
        Assert.StartsWith(
            "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList",
            server.Requests.Single().Headers["Accept"].Replace(" ", "", StringComparison.Ordinal),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_a_receiver_throws_ends_the_list_as_it_is()
    {
        await using var server = await StubServer.StartAsync(context => WriteAsync(context, Head("5") + Item("a") + Tail));
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (
                var _ in new ResourceLister(connection).ListAsync(
                    new ListRequest(Pods, null),
                    (in ListedItem _) => throw new InvalidDataException("the receiver's"),
                    default
                )
            ) { }
        });
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(8 << 20, 1000, 1000_000, 5000)]
    [InlineData(8 << 20, 20, 10_000_000, 16)]
    [InlineData(8 << 20, 5, 10_000_000, 10)]
    [InlineData(8 << 20, 0, 0, 500)]
    [InlineData(null, 20, 10_000_000, 500)]
    public void A_page_asks_for_as_many_items_as_its_bytes_allow(int? target, int items, long bytes, int expected)
    {
        var sizing = new PageSizing(new ListRequest(Pods, null) { PageBytes = target });

        Assert.InRange(sizing.Next(items, bytes), expected - 1, expected + 1);
    }

    private const string Tail = "]}";

    private static bool IsFirstPage(HttpContext context) => !context.Request.Query.ContainsKey("continue");

    private static string Head(string revision, string next = "") =>
        $$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"{{revision}}","continue":"{{next}}"},"items":[""";

    private static string Item(string name) => $$"""{"metadata":{"name":"{{name}}","uid":"u-{{name}}","resourceVersion":"1"} }""";

    private static async Task WriteAsync(HttpContext context, string text)
    {
        if (!context.Response.HasStarted)
            context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(text);
        await context.Response.Body.FlushAsync();
    }

    private static async Task CutAsync(HttpContext context, string text)
    {
        context.Response.ContentLength = text.Length + 1;
        await WriteAsync(context, text);
    }

    private static async Task<(List<string> Names, List<ListPage> Pages)> ListAsync(StubServer server, ListRequest request)
    {
        var names = new List<string>();
        var pages = await ListAsync(server, request, names);
        return (names, pages);
    }

    private static async Task<List<ListPage>> ListAsync(StubServer server, ListRequest request, List<string> names)
    {
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);
        var pages = new List<ListPage>();
        await foreach (
            var page in new ResourceLister(connection).ListAsync(
                request,
                (in ListedItem item) => names.Add(Encoding.UTF8.GetString(item.Name)),
                default
            )
        )
            pages.Add(page);
        return pages;
    }

    private static async Task<(List<string> Names, ClusterException Failure)> FailAsync(StubServer server, ListRequest request)
    {
        var names = new List<string>();
        return (names, await Assert.ThrowsAsync<ClusterException>(() => ListAsync(server, request, names)));
    }
}
