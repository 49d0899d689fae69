using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.TestKit.Faults;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Clusters.Tests.Discovering;

/// <summary>
/// The aggregated form (1.26 and later), and servers that aren't API servers. The classic form meets a real server in Clusters.Live.
/// </summary>
public sealed class DiscoveryTests
{
    private const string Core = """
        {"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[{"metadata":{"creationTimestamp":null},
         "versions":[{"version":"v1","freshness":"Current","resources":[
          {"resource":"pods","responseKind":{"group":"","kind":"Pod","version":""},"scope":"Namespaced","singularResource":"pod",
           "verbs":["create","get","list"],
           "subresources":[{"subresource":"status","responseKind":{"group":"","kind":"Pod","version":""},"verbs":["get"]},
            {"subresource":"log","responseKind":null,"verbs":["get"]}]},
          {"resource":"events","responseKind":{"group":"","kind":"Event","version":""},"scope":"Namespaced","singularResource":"event",
           "verbs":["create","list"]},
          {"resource":"onlyparent","scope":"Cluster","singularResource":"","verbs":[]}
        ]}]}]}
        """;

    private const string Groups = """
        {"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[
          {"metadata":{"name":"events.k8s.io"},"versions":[{"version":"v1","freshness":"Current","resources":[
            {"resource":"events","responseKind":{"group":"","kind":"Event","version":""},"scope":"Namespaced","singularResource":"event",
             "verbs":["create","list"]}]}]},
          {"metadata":{"name":"autoscaling"},"versions":[
            {"version":"v2","freshness":"Current","resources":[{"resource":"horizontalpodautoscalers","responseKind":{"group":"",
             "kind":"HorizontalPodAutoscaler","version":""},"scope":"Namespaced","singularResource":"x","verbs":["list"]}]},
            {"version":"v1","freshness":"Current","resources":[{"resource":"horizontalpodautoscalers","responseKind":{"group":"",
             "kind":"HorizontalPodAutoscaler","version":""},"scope":"Namespaced","singularResource":"x","verbs":["list"]}]}]},
          {"metadata":{"name":"metrics.k8s.io"},"versions":[{"version":"v1beta1","freshness":"Stale"}]}
        ]}
        """;

    private const string CoreEvents =
        """{"kind":"APIResourceList","groupVersion":"v1","resources":[{"name":"events","kind":"Event","namespaced":true,"verbs":"""
        + """["list"],"storageVersionHash":"same"},{"name":"pods","kind":"Pod","namespaced":true,"verbs":["list"]"""
        + ""","storageVersionHash":"pods"}]}""";

    [Fact]
    public async Task The_aggregated_form_gives_what_the_classic_one_would()
    {
        await using var server = await StubServer.StartAsync(Aggregated());

        var surface = await ReadAsync(server);

        var pods = surface.Find("", "pods")!;
        Assert.Equal(("Pod", true, true), (pods.Kind, pods.Namespaced, pods.HasStatus));
        Assert.Equal(["create", "get", "list"], pods.Verbs.AsEnumerable());
        Assert.Equal("v2", surface.FindKind("autoscaling", "HorizontalPodAutoscaler")!.Version);
        Assert.Equal(
            ["pods", "events", "events.events.k8s.io", "horizontalpodautoscalers.autoscaling", "horizontalpodautoscalers.autoscaling"],
            surface.Resources.Select(r => r.GroupResource)
        );
    }

    [Fact]
    public async Task A_stale_group_is_a_failure()
    {
        await using var server = await StubServer.StartAsync(Aggregated());

        var failure = Assert.Single((await ReadAsync(server)).Failures);

        Assert.Equal("metrics.k8s.io/v1beta1", failure.GroupVersion);
        Assert.Contains("APIService v1beta1.metrics.k8s.io", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_hashes_of_types_in_two_groups_are_read_beside_the_aggregated_form()
    {
        await using var server = await StubServer.StartAsync(Aggregated());

        var surface = await ReadAsync(server);

        Assert.Equal("same", surface.Find("", "events")!.StorageVersionHash);
        Assert.Equal("same", surface.Find("events.k8s.io", "events")!.StorageVersionHash);
        Assert.Equal(
            ["/api", "/api/v1", "/apis", "/apis/events.k8s.io/v1"],
            server.Requests.Select(r => r.Target).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("<html>sign in</html>")]
    [InlineData("{}")]
    [InlineData("""{"kind":"Status"}""")]
    [InlineData("""{"kind":"APIGroupList","groups":[{"name":7}]}""")]
    public async Task A_server_that_is_not_an_api_server_is_reported(string answer)
    {
        await using var server = await StubServer.StartAsync(StubServer.Json(200, answer));

        var failure = await Assert.ThrowsAsync<ClusterException>(() => ReadAsync(server));

        Assert.Equal(ClusterFailure.Broken, failure.Failure);
        Assert.Contains(server.Url.Authority, failure.Message, StringComparison.Ordinal);
    }

    private static RequestDelegate Aggregated() =>
        context =>
            StubServer.Json(
                200,
                context.Request.Path.Value switch
                {
                    "/api" => Core,
                    "/apis" => Groups,
                    _ => CoreEvents,
                }
            )(context);

    private static async Task<ApiSurface> ReadAsync(StubServer server)
    {
        using var connection = new ClusterConnection(new() { Server = server.Url }, TimeProvider.System);
        return await Discovery.ReadAsync(connection, default);
    }
}
