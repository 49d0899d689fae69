using System.Text.Json.Nodes;
using Holdfast.Archive.Format;
using Holdfast.Manifests;
using Holdfast.TestKit.Restore;

namespace Holdfast.Clusters.Live.Tests.Restore;

/// <summary>Owner references across stages and scopes and in a circle, and status, as a real server treats them.</summary>
[Collection(LiveRestoreCollection.Name)]
public sealed class OwnerGraphTests(LiveRestoreFixture live)
{
    private const string Ns = "owner-graph";
    private const string Group = "graph.example.com";

    private static readonly ResourceType ClusterRoles = new("rbac.authorization.k8s.io", "v1", "clusterroles", "ClusterRole", false);

    [SkippableFact]
    public async Task Every_reference_of_a_graph_leads_to_a_live_uid_and_the_garbage_collector_keeps_it_whole()
    {
        using var target = new RestoreTarget(live.ClusterWithControllers);
        var (widgets, definition) = RestoreTarget.Widget(Group);
        (ResourceType Type, string Name, (string ApiVersion, string Kind, string Name)[] Owners)[] graph =
        [
            // Stages come in the order ServiceAccounts, Configuration, CustomResources, Services, Workloads: most owners come after what
            // they own.
            (RestoreTarget.ServiceAccounts, "account", [(Group + "/v1", "Widget", "root")]),
            (RestoreTarget.Secrets, "key", [("apps/v1", "Deployment", "web"), (Group + "/v1", "Widget", "root")]),
            (RestoreTarget.ConfigMaps, "of-cluster", [("rbac.authorization.k8s.io/v1", "ClusterRole", "graph-owner")]),
            (RestoreTarget.ConfigMaps, "of-service", [("v1", "Service", "front")]),
            (widgets, "root", []),
            (widgets, "circle-a", [(Group + "/v1", "Widget", "circle-b")]),
            (widgets, "circle-b", [(Group + "/v1", "Widget", "circle-c")]),
            (widgets, "circle-c", [(Group + "/v1", "Widget", "circle-a")]),
            (RestoreTarget.Services, "front", [("apps/v1", "Deployment", "web")]),
            (RestoreTarget.Deployments, "web", [(Group + "/v1", "Widget", "root")]),
        ];
        var sample = new SampleRestore()
            .Add(RestoreTarget.Definitions, definition)
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(Ns))
            .Add(
                ClusterRoles,
                """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"graph-owner"},"rules":[]}"""
            );
        foreach (var (type, name, owners) in graph)
            sample.Add(type, Manifest(type, name, owners));

        var report = await target.ApplyAsync(sample);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        Assert.Empty(report.Notes);
        await CollectedAsync(target);
        foreach (var (type, name, owners) in graph)
        {
            var references = (await target.GetAsync(type, Ns, name)).Object("metadata").Objects("ownerReferences").ToList();
            Assert.Equal(owners.Select(o => o.Name).Order(), references.Select(r => r.Text("name")!).Order());
            foreach (var reference in references)
            {
                var owner =
                    reference.Text("kind") == "ClusterRole"
                        ? await target.GetAsync(ClusterRoles, null, "graph-owner")
                        : await target.GetAsync(graph.Single(o => o.Name == reference.Text("name")).Type, Ns, reference.Text("name")!);
                Assert.Equal(owner.Object("metadata").Text("uid"), reference.Text("uid"));
            }
        }
        await target.DeleteAsync(ClusterRoles, null, "graph-owner");
        await target.DeleteAsync(RestoreTarget.Namespaces, null, Ns);
    }

    [SkippableFact]
    public async Task A_status_is_written_through_its_subresource_when_asked_without_generations_and_before_a_paused_operator_may_act()
    {
        const string StatusNs = "status-written";
        using var target = new RestoreTarget(live.Cluster);
        var type = new ResourceType("dbforpostgresql.azure.com", "v1", "flexibleservers", "FlexibleServer", true);
        var sample = new SampleRestore()
            .Add(RestoreTarget.Definitions, ServerDefinition)
            .Add(RestoreTarget.Namespaces, RestoreTarget.Namespace(StatusNs))
            .Add(
                type,
                $$"""
                {"apiVersion":"dbforpostgresql.azure.com/v1","kind":"FlexibleServer","metadata":{"name":"db","namespace":"{{StatusNs}}",
                 "generation":7},"spec":{"azureName":"shop-db"},
                 "status":{"id":"/subscriptions/1/servers/shop-db","observedGeneration":7,
                  "conditions":[{"type":"Ready","status":"True","observedGeneration":7}] } }
                """
            );
        var point = await sample.WriteAsync();
        var uid = await target.UidAsync();
        var plan = await sample.PlanAsync(
            point,
            uid,
            SampleRestore.RequestFor(point) with
            {
                Status = true,
                AdoptExternal = true,
            },
            step =>
                step.Name == "db"
                    ? step with
                    {
                        External = new(
                            "Azure Service Operator",
                            "/subscriptions/1/servers/shop-db",
                            Holdfast.Restore.ExternalChoice.Attach
                        ),
                    }
                    : step
        );

        var report = await target.ApplyAsync(plan, point);

        Assert.True(report.Complete, string.Join("; ", report.Failures.Concat(report.Incomplete)));
        var db = await target.GetAsync(type, StatusNs, "db");
        Assert.Equal("/subscriptions/1/servers/shop-db", db.Object("status").Text("id"));
        Assert.DoesNotContain("observedGeneration", db.Object("status")!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("detach-on-delete", db.Object("metadata").Object("annotations").Text("serviceoperator.azure.com/reconcile-policy"));
    }

    /// <summary>The collector has looked at owners of the type once it has deleted what a dead one owns.</summary>
    private static async Task CollectedAsync(RestoreTarget target)
    {
        await target.CreateAsync(
            RestoreTarget.ConfigMaps,
            Ns,
            """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"canary","ownerReferences":"""
                + $$"""[{{RestoreTarget.Owner(Group + "/v1", "Widget", "never-was")}}]} }"""
        );
        await target.UntilAsync(RestoreTarget.ConfigMaps, Ns, "canary", canary => canary is null);
    }

    private static JsonObject Manifest(ResourceType type, string name, (string ApiVersion, string Kind, string Name)[] owners)
    {
        var manifest = new JsonObject
        {
            ["apiVersion"] = type.ApiVersion,
            ["kind"] = type.Kind,
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Ns },
        };
        manifest["metadata"]!["ownerReferences"] = new JsonArray([
            .. owners.Select(o => new JsonObject
            {
                ["apiVersion"] = o.ApiVersion,
                ["kind"] = o.Kind,
                ["name"] = o.Name,
                ["uid"] = RestoreTarget.DeadUid,
            }),
        ]);
        if (type.Kind == "Service")
            manifest["spec"] = JsonNode.Parse("""{"ports":[{"port":80}]}""");
        if (type.Kind == "Deployment")
            manifest["spec"] = JsonNode.Parse(
                """
                {"replicas":0,"selector":{"matchLabels":{"app":"g"}},"template":{"metadata":{"labels":{"app":"g"}},
                 "spec":{"containers":[{"name":"c","image":"i"}]}}}
                """
            );
        return manifest;
    }

    private const string ServerDefinition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
         "metadata":{"name":"flexibleservers.dbforpostgresql.azure.com"},
         "spec":{"group":"dbforpostgresql.azure.com","scope":"Namespaced","names":{"plural":"flexibleservers","kind":"FlexibleServer"},
         "versions":[{"name":"v1","served":true,"storage":true,"subresources":{"status":{}},
         "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
        """;
}
