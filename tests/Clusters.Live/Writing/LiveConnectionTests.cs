using System.Text;
using Holdfast.Clusters.Connections;
using Holdfast.Clusters.Discovering;
using Holdfast.Clusters.Writing;
using Holdfast.TestKit.Clusters;

namespace Holdfast.Clusters.Live.Tests.Writing;

[Collection(LiveClusterCollection.Name)]
public sealed class LiveConnectionTests(LiveClusterFixture live)
{
    private static readonly ApiResource ConfigMaps = new("", "v1", "configmaps", "ConfigMap", true, ["create"]);

    [SkippableFact]
    public async Task A_cluster_is_identified_by_the_uid_of_its_kube_system_namespace_and_has_its_version()
    {
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);

        var identity = await ClusterIdentity.ReadAsync(connection, default);

        Assert.Equal(await live.Cluster.KubectlAsync(["get", "namespace", "kube-system", "-o", "jsonpath={.metadata.uid}"]), identity.Uid);
        Assert.StartsWith("v1.", identity.ServerVersion, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Many_creates_at_once_are_all_done()
    {
        using var connection = new ClusterConnection(live.Cluster.Endpoint, TimeProvider.System);
        var writer = new ResourceWriter(connection);

        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 200)
                .Select(i =>
                    writer.CreateAsync(
                        ConfigMaps,
                        "default",
                        Encoding.UTF8.GetBytes($$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"many-{{i}}"} }"""),
                        new("test"),
                        default
                    )
                )
        );

        Assert.All(results, r => Assert.Equal((WriteStatus.Done, 201), (r.Status, r.Code)));
    }
}
