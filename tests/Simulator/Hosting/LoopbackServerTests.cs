using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Holdfast.Simulator.Tests.Hosting;

public sealed class LoopbackServerTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Both_protocols_are_spoken_on_one_port(string version)
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatorOptions(), CancellationToken.None);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(cluster.Server, "/api/v1/namespaces/default/configmaps"))
        {
            Version = Version.Parse(version),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new StringContent("""{"metadata":{"name":"a"},"data":{"k":"v"}}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);

        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(Version.Parse(version), response.Version);
        Assert.Equal("v", (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["data"]!["k"]);
    }

    [Fact]
    public async Task A_request_without_the_token_is_refused()
    {
        await using var cluster = await SimulatedCluster.StartAsync(new SimulatorOptions(), CancellationToken.None);
        using var client = new HttpClient();

        using var response = await client.GetAsync(new Uri(cluster.Server, "/api"));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }
}
