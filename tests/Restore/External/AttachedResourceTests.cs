using Holdfast.Clusters.Connections;
using Holdfast.Manifests;
using Holdfast.Restore.Applying;
using Holdfast.Restore.Outcomes;
using Holdfast.TestKit.Clusters;
using Holdfast.TestKit.ClusterSuite;
using Holdfast.TestKit.Manifests;
using Holdfast.TestKit.Restore;
using Holdfast.TestKit.Runs;

namespace Holdfast.Restore.Tests.External;

public sealed class AttachedResourceTests
{
    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: flexibleservers.dbforpostgresql.azure.com }
        spec:
          group: dbforpostgresql.azure.com
          scope: Namespaced
          names: { plural: flexibleservers, singular: flexibleserver, kind: FlexibleServer, listKind: FlexibleServerList }
          versions:
          - { name: v1, served: true, storage: true,
              schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } } }
        """;

    private const string Server = """
        apiVersion: dbforpostgresql.azure.com/v1
        kind: FlexibleServer
        metadata: { name: db, namespace: shop,
          annotations: { serviceoperator.azure.com/resource-id: /subscriptions/1/resourceGroups/2/providers/x/y } }
        spec: { azureName: shop-db }
        """;

    [Theory]
    [InlineData(true, "detach-on-delete")]
    [InlineData(null, "skip")]
    public async Task The_operator_may_act_once_everything_is_in_or_when_the_user_says_so(bool? adopt, string policy)
    {
        await using var cluster = await SimulatedTestCluster.StartAsync();
        using var target = new ClusterConnection(cluster.Endpoint, TimeProvider.System);
        var manifests = YamlManifests.Parse(
            $"{{ apiVersion: v1, kind: Namespace, metadata: {{ name: shop }} }}\n---\n{Definition}\n---\n{Server}"
        );
        var types = BuiltInTypes.With(manifests);
        var sample = new SampleRestore();
        foreach (var manifest in manifests)
            sample.Add(ManifestPoint.TypeOf(BuiltInTypes.Of(manifest, types)), manifest);
        var point = await sample.WriteAsync();
        var plan = await TargetPlanner
            .Of(point, target, TimeProvider.System)
            .PlanAsync(SampleRestore.RequestFor(point) with { AdoptExternal = adopt }, "0123456789ab", null, default);
        var folder = Directory.CreateTempSubdirectory("holdfast-external-");
        using var log = new OutcomeLog(Path.Combine(folder.FullName, "outcomes.ndjson"));

        var report = await new RestoreRun(point, target, log, TimeProvider.System).RunAsync(plan, null, default);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        using var api = new ClusterRequests(cluster.Endpoint);
        var live = (await api.GetAsync("/apis/dbforpostgresql.azure.com/v1/namespaces/shop/flexibleservers/db")).Body;
        Assert.Equal(policy, live.Object("metadata").Object("annotations").Text("serviceoperator.azure.com/reconcile-policy"));
        folder.Delete(recursive: true);
    }
}
