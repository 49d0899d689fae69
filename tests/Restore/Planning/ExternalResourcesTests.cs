using System.Collections.Immutable;
using Holdfast.Restore.Tests.Rules;
using Holdfast.TestKit.Manifests;

namespace Holdfast.Restore.Tests.Planning;

/// <summary>Objects of operators that own databases in a cloud, in the shapes that their documentation has.</summary>
public sealed class ExternalResourcesTests
{
    private const string Server =
        "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/data/providers/"
        + "Microsoft.DBforPostgreSQL/flexibleServers/shop-db";

    private static readonly string Point = $$"""
        apiVersion: v1
        kind: Namespace
        metadata: { name: shop, uid: ns, resourceVersion: "1" }
        ---
        apiVersion: dbforpostgresql.azure.com/v1api20221201
        kind: FlexibleServer
        metadata: { name: db, namespace: shop, uid: s, resourceVersion: "1", finalizers: [serviceoperator.azure.com/finalizer],
          annotations: { serviceoperator.azure.com/resource-id: {{Server}} } }
        spec: { azureName: shop-db, owner: { name: data }, location: westeurope, version: "14",
          administratorLoginPassword: { name: db-admin, key: password } }
        status: { id: {{Server}}, fullyQualifiedDomainName: shop-db.postgres.database.azure.com,
          backup: { backupRetentionDays: 7, earliestRestoreDate: "2026-11-15T04:00:00+00:00" } }
        ---
        apiVersion: sql.azure.upbound.io/v1beta1
        kind: MSSQLDatabase
        metadata: { name: orders, uid: m, resourceVersion: "1", annotations: { crossplane.io/external-name: orders } }
        spec: { deletionPolicy: Delete, forProvider: { serverIdRef: { name: sql } }, providerConfigRef: { name: default } }
        status: { atProvider: { id: /subscriptions/1/databases/orders } }
        """;

    private const string Definitions = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: flexibleservers.dbforpostgresql.azure.com, uid: d1, resourceVersion: "1" }
        spec:
          group: dbforpostgresql.azure.com
          scope: Namespaced
          names: { plural: flexibleservers, kind: FlexibleServer }
          versions: [{ name: v1api20221201, served: true, storage: true, subresources: { status: {} } }]
        ---
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: { name: mssqldatabases.sql.azure.upbound.io, uid: d2, resourceVersion: "1" }
        spec:
          group: sql.azure.upbound.io
          scope: Cluster
          names: { plural: mssqldatabases, kind: MSSQLDatabase }
          versions: [{ name: v1beta1, served: true, storage: true, subresources: { status: {} } }]
        """;

    [Fact]
    public async Task A_missing_object_takes_up_its_resource_again_and_the_plan_offers_the_databases_state_at_the_point()
    {
        var plan = await PlanAsync(RuleCase.Plain);

        var external = Step(plan, "db").External!;
        Assert.Equal(
            ("Azure Service Operator", Server, ExternalChoice.Attach, new(2026, 11, 15, 4, 0, 0, TimeSpan.Zero)),
            (external.Operator, external.Id, external.Choice, external.EarliestRestore)
        );
        Assert.Equal(ManifestPointTime, external.RestoreTo);
        Assert.Contains($"--source-server {Server} --restore-time 2026-11-22T05:30:00Z", external.RestoreCommand, StringComparison.Ordinal);
        Assert.Contains(plan.Warnings, w => w.Contains("2026-11-22T05:30:00Z", StringComparison.Ordinal));
        Assert.Equal(
            ("Crossplane", ExternalChoice.Attach),
            (Step(plan, "orders").External!.Operator, Step(plan, "orders").External!.Choice)
        );
        Assert.False(Step(plan, "db").Incomplete);
    }

    [Theory]
    [InlineData(null, ExternalChoice.Pause)]
    [InlineData(true, ExternalChoice.Attach)]
    public async Task In_another_cluster_it_stays_paused_unless_the_user_says_that_the_source_is_gone(bool? adopt, ExternalChoice choice)
    {
        var plan = await PlanAsync(RuleCase.Plain with { IntoOtherCluster = true, AdoptExternal = adopt }, otherCluster: true);

        Assert.Equal((StepAction.Create, choice), (Step(plan, "db").Action, Step(plan, "db").External!.Choice));
        Assert.Equal(choice, Step(plan, "orders").External!.Choice);
        Assert.Equal(adopt != true, plan.Warnings.Any(w => w.Contains("--adopt-external", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_clone_never_owns_the_resource_of_its_source(bool otherCluster)
    {
        var map = ImmutableSortedDictionary<string, string>.Empty.Add("shop", "copy");

        var plan = await PlanAsync(RuleCase.Plain with { NamespaceMapping = map, IntoOtherCluster = otherCluster }, otherCluster);

        var step = Step(plan, "db");
        Assert.Equal(
            ("copy", StepAction.Skip, true, ExternalChoice.Leave),
            (step.Namespace, step.Action, step.Incomplete, step.External!.Choice)
        );
        Assert.Contains(Server, step.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_live_object_keeps_its_resource_as_it_is()
    {
        var plan = await PlanAsync(RuleCase.Plain, live: Point);

        Assert.Equal((StepAction.Unchanged, ExternalChoice.Live), (Step(plan, "db").Action, Step(plan, "db").External!.Choice));
    }

    [Theory]
    [InlineData("{ apiVersion: example.com/v1, kind: Widget, metadata: { name: a }, spec: { azureName: a } }", null)]
    [InlineData(
        "{ apiVersion: resources.azure.com/v1, kind: ResourceGroup, metadata: { name: a }, spec: { azureName: a } }",
        "Azure Service Operator"
    )]
    [InlineData("{ apiVersion: aks.azure.com/v1, kind: Fleet, metadata: { name: a }, spec: { size: 1 } }", null)]
    [InlineData(
        "{ apiVersion: example.org/v1, kind: Database, metadata: { name: a }, "
            + "spec: { compositionRef: { name: c }, resourceRef: { name: x } } }",
        "Crossplane"
    )]
    [InlineData(
        "{ apiVersion: rds.aws.m.upbound.io/v1beta1, kind: Instance, metadata: { name: a }, "
            + "spec: { forProvider: {}, providerConfigRef: { name: p } } }",
        "Crossplane"
    )]
    public void Objects_are_told_by_what_their_operators_write(string manifest, string? name)
    {
        var parsed = YamlManifests.ParseOne(manifest);
        var group = ((string)parsed["apiVersion"]!).Split('/')[0];

        Assert.Equal(name, Holdfast.Restore.External.ExternalKind.Of(group, parsed)?.Name);
    }

    private static DateTimeOffset ManifestPointTime { get; } = new(2026, 11, 22, 5, 30, 0, TimeSpan.Zero);

    private static RestoreStep Step(RestorePlan plan, string name) => plan.Steps.Single(s => s.Name == name);

    private static Task<RestorePlan> PlanAsync(RestoreRequest request, bool otherCluster = false, string live = "") =>
        Plans.PlanAsync(
            ManifestPoint.Of(YamlManifests.Parse(SnapshotPoint.Yaml(Definitions, Point))),
            new(YamlManifests.Parse(live.Length == 0 ? Definitions : SnapshotPoint.Yaml(Definitions, live)))
            {
                Uid = otherCluster ? "99999999-2222-3333-4444-555555555555" : ManifestPoint.ClusterUid,
            },
            request
        );
}
