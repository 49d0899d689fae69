namespace Holdfast.Simulator.Tests.Controllers;

public sealed class DeploymentsTests : SimulatorTest
{
    private const string Deployments = "/apis/apps/v1/namespaces/default/deployments";
    private const string ReplicaSets = "/apis/apps/v1/namespaces/default/replicasets";
    private const string Pods = "/api/v1/namespaces/default/pods";

    [Fact]
    public async Task Pods_follow_the_replicas()
    {
        await CreateAsync(replicas: 2);
        Assert.Equal(2, (await Api.GetAsync(Pods)).Items.Length);

        await Api.PatchAsync(Deployments + "/web", """{"spec":{"replicas":0}}""");
        await Cluster.SettleAsync(CancellationToken.None);

        Assert.Empty((await Api.GetAsync(Pods)).Items);
    }

    [Fact]
    public async Task A_deleted_pod_is_made_again()
    {
        await CreateAsync(replicas: 1);
        var before = Assert.Single((await Api.GetAsync(Pods)).Names);

        await Api.DeleteAsync($"{Pods}/{before}");
        await Cluster.SettleAsync(CancellationToken.None);

        Assert.NotEqual(before, Assert.Single((await Api.GetAsync(Pods)).Names));
    }

    [Fact]
    public async Task Another_template_gets_another_replica_set()
    {
        await CreateAsync(replicas: 1);

        await Api.PatchAsync(Deployments + "/web", """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"web:2"}]}}}}""");
        await Cluster.SettleAsync(CancellationToken.None);

        var replicas = (await Api.GetAsync(ReplicaSets)).Items.Select(i => (int)i["spec"]!["replicas"]!).Order();
        Assert.Equal([0, 1], replicas);
        Assert.Equal("web:2", (string?)Assert.Single((await Api.GetAsync(Pods)).Items)["spec"]!["containers"]![0]!["image"]);
    }

    [Fact]
    public async Task Everything_is_deleted_with_the_deployment()
    {
        await CreateAsync(replicas: 2);

        await Api.DeleteAsync(Deployments + "/web");
        await Cluster.SettleAsync(CancellationToken.None);

        Assert.Empty((await Api.GetAsync(ReplicaSets)).Items);
        Assert.Empty((await Api.GetAsync(Pods)).Items);
    }

    private async Task CreateAsync(int replicas)
    {
        var body = """
            {"metadata":{"name":"web"},"spec":{"replicas":REPLICAS,"selector":{"matchLabels":{"app":"web"}},
             "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:1"}]}}}}
            """.Replace("REPLICAS", replicas.ToString(), StringComparison.Ordinal);
        Assert.Equal(201, (await Api.PostAsync(Deployments, body)).Code);
        await Cluster.SettleAsync(CancellationToken.None);
    }
}
