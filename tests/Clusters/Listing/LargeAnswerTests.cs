using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Listing;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Clusters.Tests.Listing;

/// <summary>Alone in the process while it runs: it measures what is allocated.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    public const string Name = "measured";
}

/// <summary>A server that sends too much: the error, and that memory stays bounded.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class LargeAnswerTests
{
    private const int Chunk = 64 << 10;
    private static readonly ApiResource Maps = new("", "v1", "configmaps", "ConfigMap", true, []);
    private static readonly AnswerLimits Limits = new() { BodyBytes = 8 << 20, ObjectBytes = 4 << 20 };

    /// <summary>
    /// All that may be allocated, garbage included: a buffer that doubles up to the limit and is copied once, twice over, and the server's
    /// own.
    /// </summary>
    private const long Bound = 40 << 20;

    public static TheoryData<string, RequestDelegate> Endless =>
        new()
        {
            { "a length of 2 GB", PromiseAsync },
            { "no end", context => SendForeverAsync(context, "", "x") },
            { "a length and spaces", context => SendForeverAsync(context, "{\"kind\":\"APIVersions\",", " ") },
        };

    [Theory]
    [MemberData(nameof(Endless))]
    public async Task An_answer_that_is_held_whole_has_a_limit(string what, RequestDelegate answer)
    {
        await using var server = await StubServer.StartAsync(answer);
        using var connection = Connect(server);

        var (failure, allocated) = await MeasureAsync(() =>
            Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default))
        );

        Assert.Equal((ClusterFailure.TooLarge, false), (failure.Failure, failure.IsTransient));
        Assert.Contains(AnswerLimits.BodyVariable, failure.Message);
        Assert.True(allocated < Bound, $"{what}: {allocated} bytes were allocated");
    }

    [Fact]
    public async Task Of_a_failure_that_never_ends_only_the_beginning_is_read()
    {
        await using var server = await StubServer.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return SendForeverAsync(context, "no entry", " ");
        });
        using var connection = Connect(server);

        var (failure, allocated) = await MeasureAsync(() =>
            Assert.ThrowsAsync<ClusterException>(() => connection.GetAsync("/api", default))
        );

        Assert.Equal(ClusterFailure.Forbidden, failure.Failure);
        Assert.Contains("no entry", failure.Message);
        Assert.True(allocated < Bound, $"{allocated} bytes were allocated");
    }

    [Theory]
    [InlineData("{\"k\":\"", "\"}"), InlineData("\"", "\""), InlineData("[\"", "\"]")]
    public async Task An_object_of_200_MB_is_passed_over_and_known_by_name_and_all_others_are_delivered(string open, string close)
    {
        await using var server = await StubServer.StartAsync(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(
                """{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a","namespace":"shop"} },{"metadata":"""
                    + $$"""{"name":"large","namespace":"shop"},"data":{{open}}"""
            );
            await SendAsync(context, 200 << 20);
            await context.Response.WriteAsync($$"""{{close}}},{"metadata":{"name":"z","namespace":"shop"} }]}""");
        });
        using var connection = Connect(server);
        var items = new List<(string Name, bool IsTooLarge, bool HasJson, long Bytes)>();

        var (page, allocated) = await MeasureAsync(() =>
            new ResourceLister(connection).ReadPageAsync(
                new(Maps, null) { PassesOverLarge = true },
                (in ListedItem item) => items.Add((Encoding.UTF8.GetString(item.Name), item.IsTooLarge, item.Json.Length > 0, item.Bytes)),
                default
            )
        );

        Assert.Equal(3, page.Items);
        Assert.Equal(
            [("a", false, true), ("large", true, false), ("z", false, true)],
            items.Select(i => (i.Name, i.IsTooLarge, i.HasJson))
        );
        Assert.InRange(items[1].Bytes, 200 << 20, (200 << 20) + 100);
        Assert.True(allocated < Bound, $"{allocated} bytes were allocated");
    }

    [Fact]
    public async Task A_list_that_needs_every_object_fails_with_the_name_of_one_that_is_too_large()
    {
        await using var server = await StubServer.StartAsync(
            StubServer.Json(200, $$"""{"items":[{"metadata":{"name":"large","namespace":"shop"},"data":"{{new string('x', 5 << 20)}}"}]}""")
        );
        using var connection = Connect(server);

        var failure = await Assert.ThrowsAsync<ClusterException>(() =>
            new ResourceLister(connection).ReadPageAsync(new(Maps, null), (in ListedItem _) => { }, default)
        );

        Assert.Equal(ClusterFailure.TooLarge, failure.Failure);
        Assert.Contains("'large' in shop", failure.Message);
    }

    [Theory]
    [
        InlineData("""{"items":[{"metadata":{"name":"a"},"data":{"k":" """),
        InlineData("""{"items":["""),
        InlineData("""{"metadata":{"continue":" """),
        InlineData("""{"items":[{"metadata":{"name":" """)
    ]
    public async Task A_list_in_which_something_never_ends_is_given_up(string beginning)
    {
        await using var server = await StubServer.StartAsync(context => SendForeverAsync(context, beginning, " "));
        using var connection = Connect(server, new() { ObjectBytes = 64 << 10 });

        var (failure, allocated) = await MeasureAsync(() =>
            Assert.ThrowsAsync<ClusterException>(() =>
                new ResourceLister(connection).ReadPageAsync(new(Maps, null), (in ListedItem _) => { }, default)
            )
        );

        Assert.Equal(ClusterFailure.TooLarge, failure.Failure);
        Assert.True(allocated < Bound, $"{allocated} bytes were allocated");
    }

    private static ClusterConnection Connect(StubServer server, AnswerLimits? limits = null) =>
        new(new() { Server = server.Url, Limits = limits ?? Limits }, TimeProvider.System);

    private static async Task<(T Result, long Allocated)> MeasureAsync<T>(Func<Task<T>> work)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var result = await work();
        return (result, GC.GetTotalAllocatedBytes(precise: true) - before);
    }

    private static async Task PromiseAsync(HttpContext context)
    {
        context.Response.ContentLength = 2L << 30;
        await context.Response.WriteAsync("{", context.RequestAborted);
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        context.Abort();
    }

    private static async Task SendForeverAsync(HttpContext context, string beginning, string filler)
    {
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(beginning);
        await SendAsync(context, long.MaxValue, filler);
    }

    private static async Task SendAsync(HttpContext context, long bytes, string filler = "x")
    {
        var chunk = Encoding.ASCII.GetBytes(new string(filler[0], Chunk));
        try
        {
            for (; bytes > 0; bytes -= Chunk)
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // the client has had enough
        }
    }
}
