using System.Text.Json.Nodes;
using Holdfast.TestKit.ClusterSuite;

namespace Holdfast.Simulator.Tests.Seeding;

public sealed class SeedingTests : SimulatorTest
{
    [Fact]
    public async Task The_sample_application_has_what_controllers_make_of_it()
    {
        await Cluster.SeedSampleApplicationAsync(CancellationToken.None);

        var deployment = await Api.GetAsync("/apis/apps/v1/namespaces/shop/deployments/web");
        var replicaSet = (await Api.GetAsync("/apis/apps/v1/namespaces/shop/replicasets")).Items.Single(i =>
            OwnerOf(i) == (string?)deployment.Metadata["uid"]
        );
        var pods = (await Api.GetAsync("/api/v1/namespaces/shop/pods"))
            .Items.Where(i => OwnerOf(i) == (string?)replicaSet["metadata"]!["uid"])
            .ToArray();
        Assert.Equal(3, pods.Length);
        Assert.All(pods, pod => Assert.Equal("Running", (string?)pod["status"]!["phase"]));
        Assert.Equal(3, (int)(await Api.GetAsync("/apis/apps/v1/namespaces/shop/deployments/web"))["status"]!["readyReplicas"]!);
    }

    [Fact]
    public async Task The_sample_application_s_custom_resource_has_its_status_and_owns_its_secret()
    {
        await Cluster.SeedSampleApplicationAsync(CancellationToken.None);

        var database = await Api.GetAsync("/apis/data.example.com/v1/namespaces/shop/databases/orders");
        var secret = await Api.GetAsync("/api/v1/namespaces/shop/secrets/orders-credentials");

        Assert.Equal("db-4711", (string?)database["status"]!["externalId"]);
        Assert.Equal((string?)database.Metadata["uid"], OwnerOf(secret.Body!));
        Assert.Equal("Bound", (string?)(await Api.GetAsync("/api/v1/persistentvolumes/pvc-7f0e5c1a-orders"))["status"]!["phase"]);
    }

    [Fact]
    public async Task Synthetic_objects_are_as_many_as_asked_and_alike_at_every_call()
    {
        await using var other = await SimulatedCluster.StartAsync(new SimulatorOptions(), CancellationToken.None);
        using var otherApi = new ClusterRequests(new() { Server = other.Server, Token = (_, _) => new(other.Token) });
        await Cluster.SeedSyntheticAsync(500, 7, CancellationToken.None);
        await other.SeedSyntheticAsync(500, 7, CancellationToken.None);

        string[] collections =
        [
            "/api/v1/configmaps",
            "/api/v1/secrets",
            "/api/v1/serviceaccounts",
            "/api/v1/persistentvolumeclaims",
            "/api/v1/pods",
            "/api/v1/services",
            "/apis/rbac.authorization.k8s.io/v1/roles",
        ];
        var total = 0;
        foreach (var collection in collections)
        {
            var (mine, theirs) = (await Synthetic(Api, collection), await Synthetic(otherApi, collection));
            Assert.Equal(mine, theirs);
            total += mine.Length;
        }

        Assert.Equal(500, total);
    }

    private static async Task<string[]> Synthetic(ClusterRequests api, string collection) =>
        [
            .. (await api.GetAsync(collection + "?labelSelector=tier")).Items.Select(i =>
                (string)i["metadata"]!["name"]! + i["data"]?.ToJsonString()
            ),
        ];

    private static string? OwnerOf(JsonObject content) => (string?)content["metadata"]!["ownerReferences"]?[0]!["uid"];
}
