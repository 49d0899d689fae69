using System.Net;
using System.Text.Json.Nodes;

namespace Holdfast.Functions.Tests.Api;

public sealed class ClusterCheckTests(ApiBench bench) : IClassFixture<ApiBench>
{
    [Fact]
    public async Task Permissions_that_a_registered_cluster_does_not_grant_are_listed_by_what_they_are_for()
    {
        var cluster = await bench.RegisterAsync("checked");
        cluster.Simulator.Deny("secrets", "list");
        cluster.Simulator.Deny("pods/exec", "create");

        var before = await CheckAsync("checked");
        (
            await bench.SendAsync(
                HttpMethod.Put,
                "/api/policies/hooked",
                """
                { "version": 1, "name": "hooked", "clusters": { "names": ["checked"] }, "schedule": { "cron": "0 2 * * *" },
                  "hooks": [{ "name": "freeze", "pre": [{ "command": ["freeze"] }] }] }
                """,
                "Operator",
                ("If-None-Match", "*")
            )
        ).Is(HttpStatusCode.Created);
        var after = await CheckAsync("checked");

        Assert.Equal(["list secrets"], Rights(before, "capture"));
        Assert.Contains("list secrets", Rights(before, "restore"));
        Assert.Empty(Rights(before, "volumes"));
        Assert.Equal(["create pods/exec"], Rights(after, "volumes"));
        Assert.NotEmpty((string)after["clusterUid"]!);
    }

    private async Task<JsonNode> CheckAsync(string cluster) =>
        (await bench.SendAsync(HttpMethod.Get, $"/api/clusters/{cluster}/check", null, "Operator")).Is(HttpStatusCode.OK).Json;

    private static IEnumerable<string> Rights(JsonNode check, string purpose) =>
        check[purpose]!.AsArray().Select(r => $"{r!["verb"]} {r["resource"]}");
}
