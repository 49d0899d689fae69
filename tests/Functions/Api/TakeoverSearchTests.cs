using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Archive.Points;
using Holdfast.Archive.Stores;
using Holdfast.TestKit.Stores;
using Microsoft.Extensions.Time.Testing;

namespace Holdfast.Functions.Tests.Api;

/// <summary>What a standby finds in a replica with a history.</summary>
public sealed class TakeoverSearchTests : IAsyncLifetime, IDisposable
{
    private const int Clusters = 5,
        PointsOfEach = 40;

    private readonly MemoryStore replica = new(versions: false, location: "replica");
    private readonly ApiBench standby;

    public TakeoverSearchTests()
    {
        standby = new() { Vault = replica };
        standby.Settings["HOLDFAST_STANDBY"] = "true";
    }

    public Task InitializeAsync() => standby.InitializeAsync();

    public Task DisposeAsync() => standby.DisposeAsync();

    public void Dispose() => standby.Dispose();

    /// <summary>Of two hundred points, the oldest of each cluster is the only one of its policy.</summary>
    [Fact]
    public async Task A_takeover_takes_every_cluster_and_every_policy_however_long_ago_it_last_ran()
    {
        for (var cluster = 0; cluster < Clusters; cluster++)
        for (var point = 0; point < PointsOfEach; point++)
            await WriteAsync($"prod-{cluster}", point, point == 0 ? $"yearly-{cluster}" : "daily");

        var taken = await standby.PostAsync("/api/takeover", """{"confirm":true,"reason":"the first region is gone"}""", "Admin");

        var answer = taken.Is(HttpStatusCode.OK).Json;
        string[] expected =
        [
            .. Enumerable.Range(0, Clusters).Select(c => $"cluster prod-{c}"),
            "policy daily",
            .. Enumerable.Range(0, Clusters).Select(c => $"policy yearly-{c}"),
        ];
        Assert.Equal(expected, answer["taken"]!.AsArray().Select(t => (string)t!));
        (await standby.GetAsync("/api/policies/yearly-3")).Is(HttpStatusCode.OK);
        var problems = answer["problems"]!.AsArray().Select(p => (string)p!).ToList();
        Assert.Equal(Clusters, problems.Count);
        Assert.All(problems, p => Assert.Contains("if it was deleted in the first region", p, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Where_no_point_is_found_the_preview_says_so()
    {
        var preview = await standby.GetAsync("/api/takeover", "Admin");

        Assert.Empty(preview.Is(HttpStatusCode.OK).Json["clusters"]!.AsArray());
    }

    private async Task WriteAsync(string name, int day, string policy)
    {
        var (cluster, at) = (ClusterName.Parse(name), SamplePoint.Time.AddDays(day));
        var writer = new RecoveryPointWriter(replica, cluster, null, new FakeTimeProvider(at));
        var packed = await SamplePoint.PackAsync(writer, [new("configmaps", "shop", $$"""{"metadata":{"name":"a"},"day":{{day}}}""")]);
        var inventory = SamplePoint.InventoryOf(packed, at) with
        {
            Cluster = cluster,
            Policy = JsonSerializer.SerializeToElement(JsonNode.Parse(ApiBench.Policy(policy))),
            Registration = JsonSerializer.SerializeToElement(JsonNode.Parse(Registration(name))),
        };
        await writer.SealAsync(inventory, new SealRequest(PointState.Succeeded, null), default);
    }

    private static string Registration(string name) =>
        """{"version":1,"name":"NAME","endpoint":"https://NAME.example.org","authentication":{"entraId":{}}}""".Replace(
            "NAME",
            name,
            StringComparison.Ordinal
        );
}
