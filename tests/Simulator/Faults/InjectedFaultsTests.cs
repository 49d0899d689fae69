using System.Net.Http.Headers;
using Holdfast.Simulator.Faults;

namespace Holdfast.Simulator.Tests.Faults;

public sealed class InjectedFaultsTests : SimulatorTest
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [Fact]
    public async Task Throttling_says_when_to_come_back()
    {
        using var fault = Cluster.Inject(new Fault(ConfigMaps) { Status = 429, RetryAfter = 7 });
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Cluster.Server, ConfigMaps));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Cluster.Token);

        using var response = await client.SendAsync(request);

        Assert.Equal(429, (int)response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(7), response.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task A_fault_strikes_its_path_and_method_after_the_given_requests_and_no_more_often_than_given()
    {
        using var fault = Cluster.Inject(
            new Fault("/configmaps")
            {
                Method = "GET",
                After = 1,
                Times = 2,
                Status = 500,
            }
        );

        List<int> codes = [];
        for (var i = 0; i < 4; i++)
            codes.Add((await Api.GetAsync(ConfigMaps)).Code);

        Assert.Equal([200, 500, 500, 200], codes);
        Assert.Equal(201, (await Api.PostAsync(ConfigMaps, """{"metadata":{"name":"a"}}""")).Code);
        Assert.Equal(200, (await Api.GetAsync("/api/v1/namespaces/default/secrets")).Code);
        Assert.Equal(2, fault.Struck);
    }

    [Fact]
    public async Task A_disposed_fault_strikes_no_more()
    {
        Cluster.Inject(new Fault("") { Status = 503 }).Dispose();

        Assert.Equal(200, (await Api.GetAsync(ConfigMaps)).Code);
    }

    [Fact]
    public async Task A_list_that_is_compacted_between_its_pages_expires()
    {
        await Api.PostAsync(ConfigMaps, """{"metadata":{"name":"a"}}""");
        await Api.PostAsync(ConfigMaps, """{"metadata":{"name":"b"}}""");
        var first = await Api.GetAsync(ConfigMaps + "?limit=1");
        await Api.PostAsync(ConfigMaps, """{"metadata":{"name":"c"}}""");
        using var fault = Cluster.Inject(new Fault("continue=") { Compact = true });

        var second = await Api.GetAsync($"{ConfigMaps}?limit=1&continue={(string)first.Metadata["continue"]!}");

        Assert.Equal((410, "Expired"), (second.Code, second.Reason));
    }

    [Fact]
    public async Task A_cut_connection_ends_the_body_early()
    {
        using var fault = Cluster.Inject(new Fault(ConfigMaps) { CutAfter = 20, Times = 1 });

        await Assert.ThrowsAnyAsync<Exception>(() => Api.GetAsync(ConfigMaps));
        Assert.Equal(200, (await Api.GetAsync(ConfigMaps)).Code);
    }

    [Fact]
    public async Task A_stalled_connection_brings_the_first_bytes_and_no_end()
    {
        using var fault = Cluster.Inject(new Fault(ConfigMaps) { StallAfter = 20 });
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Cluster.Token);
        await using var body = await client.GetStreamAsync(new Uri(Cluster.Server, ConfigMaps));

        await body.ReadExactlyAsync(new byte[20]);
        var more = body.ReadAsync(new byte[1]).AsTask();

        Assert.Equal(200, (await Api.GetAsync("/api/v1/namespaces/default/secrets")).Code);
        Assert.False(more.IsCompleted);
    }

    [Fact]
    public async Task A_denied_type_answers_403_and_its_review_says_no()
    {
        Cluster.Deny("secrets", "list");
        const string reviews = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        string Review(string verb) => "{\"spec\":{\"resourceAttributes\":{\"verb\":\"" + verb + "\",\"resource\":\"secrets\"}}}";

        var list = await Api.GetAsync("/api/v1/secrets");

        Assert.Equal((403, "Forbidden"), (list.Code, list.Reason));
        Assert.Contains("cannot list resource \"secrets\"", (string?)list["message"], StringComparison.Ordinal);
        Assert.False((bool)(await Api.PostAsync(reviews, Review("list")))["status"]!["allowed"]!);
        Assert.True((bool)(await Api.PostAsync(reviews, Review("get")))["status"]!["allowed"]!);
        Cluster.Allow("secrets");
        Assert.Equal(200, (await Api.GetAsync("/api/v1/secrets")).Code);
    }
}
