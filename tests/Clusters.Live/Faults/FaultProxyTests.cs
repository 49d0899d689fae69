using System.Net;
using Holdfast.Clusters.Connections;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.Faults;

namespace Holdfast.Clusters.Live.Tests.Faults;

/// <summary>The proxy itself, seen by a client that retries nothing.</summary>
[Collection(LiveClusterCollection.Name)]
public sealed class FaultProxyTests(LiveClusterFixture live)
{
    [SkippableFact]
    public async Task What_no_rule_matches_passes_unchanged()
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        using var through = new ClusterConnection(proxy.Endpoint, TimeProvider.System);
        using var direct = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        const string Path = "/apis/rbac.authorization.k8s.io/v1/clusterroles?limit=500";

        Assert.Equal(await direct.GetAsync(Path, default), await through.GetAsync(Path, default));
        Assert.Equal($"GET {Path}", Assert.Single(proxy.Requests).ToString());
    }

    [SkippableFact]
    public async Task A_rule_hits_the_requests_that_it_counts_and_no_others()
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        proxy.Inject(Fault.Answer(410, "Expired", "too old"), r => r.IsListOf("secrets"), first: 2, times: 2);
        using var client = await ClientAsync(proxy);

        var statuses = new List<HttpStatusCode>();
        foreach (var path in (string[])["secrets", "secrets", "configmaps", "secrets", "secrets"])
            statuses.Add((await client.GetAsync($"/api/v1/{path}")).StatusCode);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Gone, HttpStatusCode.OK, HttpStatusCode.Gone, HttpStatusCode.OK], statuses);
    }

    [SkippableTheory]
    [InlineData(0), InlineData(1), InlineData(1000)]
    public async Task A_cut_delivers_exactly_its_bytes(int bytes)
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        proxy.Inject(Fault.CutAfter(bytes));
        using var client = await ClientAsync(proxy);
        using var response = await client.GetAsync("/api/v1/namespaces", HttpCompletionOption.ResponseHeadersRead);

        using var received = new MemoryStream();
        await Assert.ThrowsAsync<HttpIOException>(async () => await (await response.Content.ReadAsStreamAsync()).CopyToAsync(received));

        Assert.Equal(bytes, received.Length);
    }

    [SkippableFact]
    public async Task A_lost_answer_is_of_a_request_that_was_done()
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        proxy.Inject(Fault.LoseAnswer(), r => r.Method == "POST");
        using var client = await ClientAsync(proxy);
        using var body = new StringContent("""{"metadata":{"name":"answer-lost"}}""", null, "application/json");

        await Assert.ThrowsAsync<HttpRequestException>(() => client.PostAsync("/api/v1/namespaces", body));

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/v1/namespaces/answer-lost")).StatusCode);
    }

    [SkippableFact]
    public async Task Silence_and_stalls_last_until_the_client_gives_up()
    {
        await using var proxy = await FaultProxy.StartAsync(live.Cluster);
        proxy.Inject(Fault.Silence());
        proxy.Inject(Fault.StallAfter(10));
        using var client = await ClientAsync(proxy);
        client.Timeout = TimeSpan.FromMilliseconds(300);

        await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetAsync("/api/v1/namespaces"));
        await Assert.ThrowsAsync<TaskCanceledException>(() => client.GetStringAsync("/api/v1/namespaces"));
        Assert.Contains("kube-system", await client.GetStringAsync("/api/v1/namespaces"));
    }

    private static async Task<HttpClient> ClientAsync(FaultProxy proxy)
    {
        var client = new HttpClient { BaseAddress = proxy.Endpoint.Server };
        client.DefaultRequestHeaders.Authorization = new("Bearer", await proxy.Endpoint.Token!(false, default));
        return client;
    }
}
